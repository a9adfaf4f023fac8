#include "lab/explain_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <stdexcept>

#include "analysis/roofline.hpp"
#include "analysis/roofline_file.hpp"
#include "lab/floors_view.hpp"
#include "lab/glossary.hpp"
#include "lab/ladder_view.hpp"
#include "scenarios/serving/device_ceilings.hpp"

namespace assay {

namespace {

std::optional<double> roof_of(const Roofline& roofline, const std::optional<std::size_t>& index) {
  return index ? roofline.ceilings[*index].roof.point : std::nullopt;
}

/// The roofs of a roofline file on the most threads that it has. Throws CommandError where one is missing.
DeviceCeilings measured_ceilings(const std::string& path) {
  RooflineMeasurement measurement;
  try {
    measurement = read_roofline_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, fmt::format("--roofline: {}", error.what()));
  }
  const Roofline roofline = fit_roofline(measurement);
  DeviceCeilings device{.name = "this machine",
                        .source = fmt::format("measured, {}", path),
                        .read = {},
                        .products = {},
                        .narrow_products = {},
                        .memory = measurement.machine.memory_total};
  std::size_t products_threads = 0;
  std::size_t narrow_threads = 0;
  std::size_t read_threads = 0;
  for (const RoofSet& set : roofline.sets) {
    const auto flat = roof_of(roofline, set.flat);
    if (flat && set.dtype == "f32" && set.work_unit == "flop" && set.threads >= products_threads) {
      device.products.value = *flat;
      products_threads = set.threads;
    }
    if (flat && set.dtype == "i8" && set.threads >= narrow_threads) {
      device.narrow_products.value = *flat;
      narrow_threads = set.threads;
    }
    const LevelRoofs* memory = set.level("DRAM");
    if (const auto slope = memory != nullptr ? roof_of(roofline, memory->slope) : std::nullopt;
        slope && set.threads >= read_threads) {
      device.read.value = *slope;
      read_threads = set.threads;
    }
  }
  if (products_threads == 0 || read_threads == 0) {
    throw CommandError(ExitCode::usage,
                       fmt::format("--roofline {}: has no usable roof of {}; measure it with assay roofline", path,
                                   products_threads == 0 ? "f32 arithmetic" : "DRAM bandwidth"));
  }
  if (narrow_threads == 0) {
    device.narrow_products = device.products;
    device.source += "; no roof of 8-bit products, so that of f32 stands for it";
  }
  return device;
}

DeviceCeilings device_of(const ExplainCommandOptions& options) {
  const std::string& name = options.floors[1];
  if (name == "this") {
    if (options.roofline.empty()) {
      throw CommandError(ExitCode::usage,
                         "--floors: device 'this' needs measured ceilings: assay roofline, then --roofline FILE");
    }
    return measured_ceilings(options.roofline);
  }
  const DeviceCeilings* device = find_datasheet_device(name);
  if (device == nullptr) {
    throw CommandError(ExitCode::usage, fmt::format("--floors: device '{}' is none of h100, h200, this", name));
  }
  return *device;
}

/// The model of --floors or --ladder. Throws CommandError.
const LlamaShape& shape_of(std::string_view flag, const std::vector<std::string>& asked, const std::string& term) {
  if (!term.empty() || asked.size() != 2) {
    throw CommandError(
        ExitCode::usage,
        fmt::format("{}: expected a model and a device and no term beside them, e.g. {} llama3-70b h200", flag, flag));
  }
  const LlamaShape* shape = find_llama_shape(asked[0]);
  if (shape == nullptr) {
    std::vector<std::string_view> names;
    for (const LlamaShape& known : llama_shapes()) {
      names.push_back(known.name);
    }
    throw CommandError(ExitCode::usage,
                       fmt::format("{}: model '{}' is none of {}", flag, asked[0], fmt::join(names, ", ")));
  }
  return *shape;
}

std::string ladder_of(const ExplainCommandOptions& options) {
  const LlamaShape& shape = shape_of("--ladder", options.ladder, options.term);
  const DeviceCeilings* device = find_datasheet_device(options.ladder[1]);
  if (device == nullptr) {
    throw CommandError(ExitCode::usage, fmt::format("--ladder: device '{}' is none of h100, h200", options.ladder[1]));
  }
  try {
    return datasheet_ladder_text(shape, *device);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, error.what());
  }
}

std::string all_terms() {
  std::string text = "assay explain TERM explains one of these:\n";
  for (const GlossaryEntry& entry : glossary()) {
    text += fmt::format("  {:<26} {}\n", entry.term, entry.definition);
  }
  return text;
}

}  // namespace

ExitCode explain_command(const ExplainCommandOptions& options) {
  Console console(options.console);
  if (!options.ladder.empty()) {
    console.result(ladder_of(options));
    return ExitCode::ok;
  }
  if (!options.floors.empty()) {
    const LlamaShape& shape = shape_of("--floors", options.floors, options.term);
    console.result(floors_text(shape, device_of(options), console.text_style().charset));
    return ExitCode::ok;
  }
  if (!options.roofline.empty()) {
    throw CommandError(ExitCode::usage, "--roofline: gives the ceilings of --floors MODEL this; add that");
  }
  if (options.term.empty()) {
    console.result(all_terms());
    return ExitCode::ok;
  }
  const GlossaryEntry* entry = find_term(options.term);
  if (entry == nullptr) {
    constexpr std::size_t kSuggestions = 3;
    const auto near = nearest_terms(options.term, kSuggestions);
    throw CommandError(ExitCode::usage,
                       fmt::format("explain '{}': no such term{}; assay explain lists all", options.term,
                                   near.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(near, ", "))));
  }
  console.result(glossary_text(*entry, console.columns()));
  return ExitCode::ok;
}

void add_explain_flags(CLI::App& sub, ExplainCommandOptions& options) {
  sub.add_option("term", options.term, "e.g. P99, lateness, INVALID; without one: all")->type_name("TERM");
  sub.add_option("--floors", options.floors,
                 "the shortest times that a device allows a decoder, e.g. llama3-70b h100; devices h100, h200, this")
      ->expected(2)
      ->type_name("MODEL DEVICE");
  sub.add_option("--ladder", options.ladder,
                 "what the levers of a serving engine are predicted to do for a decoder, e.g. llama3-70b h200")
      ->expected(2)
      ->type_name("MODEL DEVICE");
  sub.add_option("--roofline", options.roofline, "measured ceilings for device this: a file of assay roofline")
      ->type_name("FILE");
  add_console(&sub, options.console);
}

}  // namespace assay
