#include "lab/flow/run_attachments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"

namespace assay {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kEnds{
    {{kRooflineChart, ".roofline.svg"}, {kParetoChart, ".pareto.svg"}, {kAuditPage, ".html"}}};

}  // namespace

std::optional<std::string> attachment_file(std::string_view run_file, std::string_view name) {
  const auto* const end = std::ranges::find(kEnds, name, &decltype(kEnds)::value_type::first);
  if (end == kEnds.end() || !run_file.ends_with(kAuditFileEnd)) {
    return std::nullopt;
  }
  run_file.remove_suffix(kAuditFileEnd.size());
  return fmt::format("{}{}", run_file, end->second);
}

bool stays_inside(const std::string& file) {
  const std::filesystem::path path(file);
  return !file.empty() && path.is_relative() &&
         std::ranges::none_of(path, [](const std::filesystem::path& part) { return part == ".."; });
}

std::string attachment_text(const std::filesystem::path& folder, const LabRun& run, const std::string& name) {
  const auto recorded = run.attachments.find(name);
  const auto file = attachment_file(run.file, name);
  if (recorded == run.attachments.end() || !file || !stays_inside(*file)) {
    throw std::runtime_error(fmt::format("{} has no {}", run.start.run, name));
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(folder / *file, ignored))) {
    throw std::runtime_error(*file + " is missing");
  }
  std::string text = read_untrusted_file(folder / *file);
  if (sha256_hex(text) != recorded->second) {
    throw std::runtime_error(*file + " is not what was recorded: its digest differs");
  }
  return text;
}

std::vector<std::string> charts_of(const LabRun& run) {
  std::vector<std::string> charts;
  for (const std::string_view chart : {kRooflineChart, kParetoChart}) {
    if (run.attachments.contains(std::string(chart)) && attachment_file(run.file, chart)) {
      charts.emplace_back(chart);
    }
  }
  return charts;
}

}  // namespace assay
