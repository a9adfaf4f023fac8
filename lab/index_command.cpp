#include <fmt/format.h>

#include <filesystem>

#include "analysis/gallery_html.hpp"
#include "lab/bundle_scan.hpp"
#include "lab/fleet_command.hpp"
#include "lab/json_output.hpp"

namespace assay {

namespace {

/// "results" of "shared/results/".
std::string title_of(const IndexCommandOptions& options) {
  if (!options.title.empty()) {
    return options.title;
  }
  std::error_code ignored;
  const std::string name = std::filesystem::canonical(options.folder, ignored).filename().string();
  return name.empty() ? "Results" : name;
}

}  // namespace

ExitCode index_command(const IndexCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const bool writes_page = options.output != "-";
  if (writes_page) {
    require_writable("--output", options.output);
  }
  if (options.output == "-" && options.json == "-") {
    throw CommandError(ExitCode::usage, "--output=- and --json both want stdout; give one of them a file");
  }
  ResultIndex index(cache_folder(), [&console](const std::string& line) { console.note(line); });
  BundleScan scan = scan_bundles(options.folder, index);
  if (scan.bundles.empty() && scan.refused.empty()) {
    throw CommandError(ExitCode::file,
                       fmt::format("{}: no bundle (bundle.json) in there; assay suite writes them", options.folder));
  }
  console.note(fmt::format("{} bundles, {} of them read now, the others known from before",
                           scan.bundles.size() + scan.refused.size(), scan.read));
  const Gallery gallery = make_gallery(std::move(scan.bundles), std::move(scan.refused));
  const std::string page = gallery_html(gallery, title_of(options));
  if (writes_page) {
    write_text(options.output, page);
    console.note(fmt::format("the page: {} ({} KiB)", options.output, (page.size() + 1023) / 1024));
  } else {
    console.result(page);
  }
  if (options.json) {
    write_json(options.json, gallery_json(gallery), console);
  }
  if (writes_page && options.json != "-") {
    console.result(gallery_text(gallery, console.text_style().charset));
  }
  return ExitCode::ok;
}

}  // namespace assay
