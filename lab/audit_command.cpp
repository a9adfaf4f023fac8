#include "lab/audit_command.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_html.hpp"
#include "analysis/audit_json.hpp"
#include "analysis/audit_text.hpp"
#include "harness/decimal_text.hpp"
#include "harness/split.hpp"
#include "lab/audit_making.hpp"
#include "lab/json_output.hpp"

namespace assay {
namespace {

std::optional<double> number_of(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "A=1200" for the systems that there are. Throws CommandError (usage).
std::map<std::size_t, double> by_letter(const std::vector<std::string>& texts, const std::string& flag,
                                        std::size_t system_count) {
  std::map<std::size_t, double> found;
  for (const std::string& text : texts) {
    const bool has_letter = text.size() > 2 && text[1] == '=' && text[0] >= 'A' && text[0] <= 'Z';
    const auto at = has_letter ? static_cast<std::size_t>(text[0] - 'A') : system_count;
    const auto value = has_letter ? number_of(std::string_view(text).substr(2)) : std::nullopt;
    constexpr double kMost = 1e12;
    if (at >= system_count || !value || !(*value > 0.0) || *value > kMost || found.contains(at)) {
      throw CommandError(
          ExitCode::usage,
          fmt::format("{} {}: a system's letter once and a number above 0, such as A=1200; there are {} "
                      "systems, A to {}",
                      flag, quoted(std::string_view(text)), system_count, static_cast<char>('A' + system_count - 1)));
    }
    found[at] = *value;
  }
  return found;
}

std::vector<std::string> listed(const std::string& text) {
  const auto parts = split(text, ',');
  return {parts.begin(), parts.end()};
}

void require_targets(const AuditCommandOptions& options) {
  require_json_target(options.json);
  if (!options.page.empty() && options.page != "-") {
    require_writable("--html", options.page);
  }
  if (!options.svg.empty()) {
    require_writable("--svg", options.svg);
  }
  if (options.page == "-" && options.json == "-") {
    throw CommandError(ExitCode::usage, "--html - and --json: both would go to stdout; give one of them a file");
  }
}

void write_svg(const AuditRecord& record, const std::string& target, Console& console) {
  const Html chart = audit_roofline_chart(record, {.width = 940, .height = 500, .standalone = true, .id = "roofline"});
  if (chart.empty()) {
    console.warning("--svg: no system has roofs, so there is no chart");
    return;
  }
  write_text(target, chart.str());
  console.note("chart in " + target);
}

}  // namespace

ExitCode audit_command(const AuditCommandOptions& options) {
  Console console(options.console);
  constexpr std::size_t kMost = 26;
  if (options.systems.size() < 2 || options.systems.size() > kMost) {
    throw CommandError(ExitCode::usage,
                       fmt::format("audit: name 2 to {} systems: bundles of assay suite, or datasheet:NAME", kMost));
  }
  require_targets(options);
  const auto prices = by_letter(options.prices, "--price", options.systems.size());
  const auto watts = by_letter(options.watts, "--watts", options.systems.size());
  std::vector<AuditInput> inputs;
  for (const std::string& text : options.systems) {
    AuditInput input = read_audit_system(text, console);
    const std::size_t at = inputs.size();
    input.price_usd = prices.contains(at) ? std::optional(prices.at(at)) : std::nullopt;
    input.watts = watts.contains(at) ? std::optional(watts.at(at)) : std::nullopt;
    inputs.push_back(std::move(input));
  }
  const AuditRecord record = make_audit(inputs, {.claim = options.claim,
                                                 .axes = listed(options.axes),
                                                 .dtype = options.dtype,
                                                 .level = options.level,
                                                 .intensity = options.intensity,
                                                 .created = "",
                                                 .tool = ""});
  write_json(options.json, audit_json(record), console);
  if (!options.svg.empty()) {
    write_svg(record, options.svg, console);
  }
  if (options.page == "-") {
    console.result(audit_html(record));
  } else {
    if (options.json != "-") {
      console.result(audit_text(record, console.text_style()));
    }
    if (!options.page.empty()) {
      const std::string page = audit_html(record);
      write_text(options.page, page);
      console.note(fmt::format("page in {} ({} KiB)", options.page, page.size() / 1024));
    }
  }
  return record.withheld() ? ExitCode::not_comparable : ExitCode::ok;
}

}  // namespace assay
