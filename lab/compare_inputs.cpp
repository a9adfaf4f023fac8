#include "lab/compare_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/system_limits.hpp"
#include "lab/command_error.hpp"
#include "lab/run_files.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// The last part of a path: the others name folders of a person.
std::string name_of_path(const std::string& path) {
  const fs::path clean = fs::path(path).lexically_normal();
  const fs::path last = clean.has_filename() ? clean.filename() : clean.parent_path().filename();
  return last.empty() ? path : last.string();
}

CompareInput read_bundle(const std::string& path) {
  CompareInput input;
  LoadedBundle bundle;
  try {
    bundle = load_bundle(path);
  } catch (const std::exception& error) {
    throw CommandError(ExitCode::file, error.what());
  }
  input.warnings = bundle.problems;
  for (BundledRun& one : bundle.runs) {
    const bool changed = std::ranges::any_of(
        bundle.problems, [&](const std::string& problem) { return problem.starts_with(one.entry.file + ": "); });
    one.run.hash_matches = one.run.hash_matches && !changed;
    input.side.runs.push_back(std::move(one.run));
  }
  for (const BundleGap& gap : bundle.record.gaps) {
    input.warnings.push_back(fmt::format("step {} gave no result: {}", gap.step, gap.reason));
  }
  if (input.side.runs.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}: a bundle of kind \"{}\" without a run that can be read{}", path,
                                                   name_of(bundle.record.system),
                                                   bundle.problems.empty() ? "" : "; " + bundle.problems.front()));
  }
  input.side.system = limits_text(bundle.record.limits);
  return input;
}

}  // namespace

CompareInput read_compare_input(const std::string& path) {
  std::error_code error;
  const bool is_bundle =
      fs::path(path).filename() == kBundleFile || fs::is_regular_file(fs::path(path) / kBundleFile, error);
  CompareInput input;
  if (is_bundle) {
    input = read_bundle(path);
  } else {
    for (LoadedRun& one : load_runs({path}, input.warnings)) {
      input.side.runs.push_back(std::move(one.run));
    }
  }
  input.side.name = name_of_path(path);
  return input;
}

}  // namespace assay
