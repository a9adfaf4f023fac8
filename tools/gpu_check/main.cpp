// The check of a GPU that needs nothing but CUDA and the C++ library: see docs/gpu-checks.md. tools/gpu-check builds
// and runs it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "kernels/gpu/gpu_datasheet.hpp"
#include "tools/gpu_check/check_run.hpp"
#include "tools/gpu_check/datasheet_lines.hpp"

extern "C" const AssayGpuPlugin* assay_gpu_plugin(void);

namespace assay::gpu_check {
namespace {

constexpr const char* kUsage =
    "usage: assay_gpu_check [--device=N] [--seconds=S] [--only=PART,...] [--json=FILE] [--datasheets=FILE]\n"
    "  --seconds   of the whole check (default 440); what does not fit is left out and says so\n"
    "  --only      card, memory, arithmetic, latency, witness, decoder, serving, products; what is not named is left\n"
    "              out, and so is what is held against its figures\n";

struct Part {
  const char* name;
  void (*check)(CheckRun& run);
};
constexpr Part kParts[] = {{"card", check_card},       {"memory", check_memory},    {"arithmetic", check_arithmetic},
                           {"latency", check_latency}, {"witness", check_witness},  {"decoder", check_decoder},
                           {"serving", check_serving}, {"products", check_products}};

struct Options {
  int device = 0;
  double seconds = 440.0;
  std::set<std::string, std::less<>> only;  ///< empty: all parts
  std::string json;
  std::string datasheets;
};

double number_of(std::string_view flag, const std::string& text, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= least && value <= most)) {
    throw std::invalid_argument(std::string(flag) + text + ": expected a number from " + number_text(least) + " to " +
                                number_text(most));
  }
  return value;
}

std::set<std::string, std::less<>> parts_of(const std::string& list) {
  std::set<std::string, std::less<>> parts;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    if (std::ranges::none_of(kParts, [&](const Part& part) { return word == part.name; })) {
      throw std::invalid_argument("--only=" + list + ": there is no part " + word + "\n" + kUsage);
    }
    parts.insert(word);
  }
  if (parts.empty()) {
    throw std::invalid_argument(std::string("--only=: names no part\n") + kUsage);
  }
  return parts;
}

Options options_of(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const auto value_of = [&](std::string_view flag) { return argument.substr(flag.size()); };
    if (argument.starts_with("--device=")) {
      options.device = static_cast<int>(number_of("--device=", value_of("--device="), 0, 1023));
    } else if (argument.starts_with("--seconds=")) {
      options.seconds = number_of("--seconds=", value_of("--seconds="), 1, 36000);
    } else if (argument.starts_with("--only=")) {
      options.only = parts_of(value_of("--only="));
    } else if (argument.starts_with("--json=")) {
      options.json = value_of("--json=");
    } else if (argument.starts_with("--datasheets=")) {
      options.datasheets = value_of("--datasheets=");
    } else {
      throw std::invalid_argument(argument + ": there is no such flag\n" + kUsage);
    }
  }
  return options;
}

void write_json(const Options& options, const Findings& findings) {
  if (options.json.empty()) {
    return;
  }
  std::ofstream file(options.json);
  file << json_text(findings);
  file.close();
  if (!file) {
    throw std::runtime_error(options.json + ": cannot be written");
  }
}

int no_gpu(const Options& options, CheckRun& run, const std::string& reason) {
  run.findings.note("no GPU", reason);
  write_json(options, run.findings);
  std::printf("no GPU: %s\n", reason.c_str());
  constexpr int kEnvironmentRefused = 4;
  return kEnvironmentRefused;
}

int check(const Options& options) {
  CheckRun run{.table = *assay_gpu_plugin(), .device = options.device};
  AssayGpuStatus status{};
  std::int32_t devices = 0;
  if (run.table.device_count(&devices, &status) != ASSAY_GPU_OK ||
      run.table.device_facts(options.device, &run.facts, &status) != ASSAY_GPU_OK) {
    return no_gpu(options, run, static_cast<const char*>(status.message));
  }
  constexpr double kFullSeconds = 440.0;
  run.scale = std::fmin(1.0, options.seconds / kFullSeconds);
  run.end_s = now_s() + options.seconds;
  if (const auto nvml = NvmlLibrary::open()) {
    run.board = GpuBoard::open(*nvml, static_cast<const char*>(run.facts.uuid));
  } else {
    run.board = Unavailable{nvml.reason()};
  }
  const std::string id(datasheet_of_gpu(static_cast<const char*>(run.facts.name)));
  run.datasheet = datasheet_figures(options.datasheets, id);
  run.findings.note("datasheet",
                    id.empty() ? "none is known for this name" : id + (run.datasheet.empty() ? ": no file" : ""));
  for (const Part& part : kParts) {
    if (options.only.empty() || options.only.contains(part.name)) {
      part.check(run);
      write_json(options, run.findings);  // a check that is cut off leaves what it had
    }
  }
  std::printf("\n%s", table_text(run.findings).c_str());
  return has_wrong_output(run.findings) ? 1 : 0;
}

}  // namespace
}  // namespace assay::gpu_check

int main(int count, char** arguments) {
  try {
    return assay::gpu_check::check(assay::gpu_check::options_of(count, arguments));
  } catch (const std::invalid_argument& error) {
    static_cast<void>(std::fprintf(stderr, "assay_gpu_check: %s\n", error.what()));
    return 2;
  } catch (const std::exception& error) {
    static_cast<void>(std::fprintf(stderr, "assay_gpu_check: %s\n", error.what()));
    return 5;
  }
}
