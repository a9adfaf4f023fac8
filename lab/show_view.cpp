#include "lab/show_view.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/report_text.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/run_columns.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/selftest_json.hpp"
#include "analysis/selftest_text.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestShown = 300;

std::string bounded(const std::string& text, Charset charset) {
  return printable_text(text.substr(0, kLongestShown), charset);
}

std::string identity_line(const MachineIdentity& identity, const Machine& machine, Charset charset) {
  return fmt::format("  machine      {} ({}, {}), {}\n", bounded(identity.label, charset),
                     bounded(identity.id, charset), bounded(identity.machine_class, charset),
                     bounded(machine.cpu_model, charset));
}

std::string run_text(std::string_view text, std::string_view source, const TextStyle& style) {
  const RunDocument run = run_document_from_json(text, source);
  return run_summary_text(run, style) + identity_line(run.machine_identity, run.machine, style.charset) +
         fmt::format("  written      {} by Assay {} ({})\n  key          {}\n", bounded(run.created, style.charset),
                     bounded(run.tool.version, style.charset), bounded(run.tool.revision, style.charset),
                     comparability_key(run));
}

std::string roofline_file_text(std::string_view text, std::string_view source, const TextStyle& style) {
  const RooflineMeasurement measurement = roofline_from_json(text, source);
  const Roofline roofline = fit_roofline(measurement);
  return roofline_text(measurement, roofline, place_dots(roofline, measurement), style);
}

/// "97.1 % [95.0, 98.4]" of {"point", "lower", "upper"}.
std::string share_text(const Field& share) {
  return fmt::format("{} [{}, {}]", format_percent(share.member("point").number()),
                     format_percent(share.member("lower").number()), format_percent(share.member("upper").number()));
}

std::string track_text(const Field& root, Charset charset) {
  const auto text_of = [&](const Field& field) { return bounded(field.text_or_empty(), charset); };
  std::string text = fmt::format("{} track: {}\n  claim        {}\n", text_of(root.member("track")),
                                 text_of(root.member("title")), text_of(root.member("claim")));
  const Field findings = root.member("findings");
  text += fmt::format("  outcome      {}\n  {}\n", text_of(findings.member("outcome")),
                      text_of(findings.member("sentence")));
  for (const std::string& sentence : findings.member("evidence").texts()) {
    text += fmt::format("  - {}\n", bounded(sentence, charset));
  }
  for (const Field& run : root.member("runs").elements()) {
    text += fmt::format("  {:<8} {}: {}\n", run.member("valid").boolean() ? "VALID" : "INVALID",
                        text_of(run.member("step")), text_of(run.member("title")));
  }
  return text;
}

std::string real_world_file_text(const Field& root, Charset charset) {
  std::string text =
      fmt::format("RealWorld of {}: accuracy with 95 % intervals\n", bounded(root.member("created").text(), charset));
  for (const Field& result : root.member("results").elements()) {
    text += fmt::format("  {:<8} {:<8} {:<24} {}\n", bounded(result.member("model").text(), charset),
                        bounded(result.member("voices").text(), charset),
                        bounded(result.member("condition").text(), charset), share_text(result.member("accuracy")));
  }
  return text;
}

std::string selftest_file_text(std::string_view text, std::string_view source, Charset charset) {
  SelftestRecord record = selftest_from_json(text, source);
  for (std::string* const shown : {&record.identity.label, &record.created}) {
    *shown = bounded(*shown, charset);
  }
  for (SelftestCheck& check : record.checks) {
    for (std::string* const shown : {&check.title, &check.unit, &check.evidence}) {
      *shown = bounded(*shown, charset);
    }
  }
  return selftest_text(record, charset) + identity_line(record.identity, record.machine, charset) +
         fmt::format("  written      {} by Assay {} ({})\n", record.created, bounded(record.tool.version, charset),
                     bounded(record.tool.revision, charset));
}

std::string system_line(const BundleRecord& record, Charset charset) {
  std::string text = fmt::format("  system       {}", name_of(record.system));
  const SystemLimits& limits = record.limits;
  if (!limits.any()) {
    return text + "\n";
  }
  text += " " + bounded(limits.name, charset);
  const auto part = [&](const char* name, const std::string& value) {
    text += value.empty() ? "" : fmt::format(", {} {}", name, bounded(value, charset));
  };
  part("CPUs", limits.cpus);
  part("SIMD up to", limits.simd);
  part("a stream of", limits.stream_bytes_per_s ? format_bandwidth(*limits.stream_bytes_per_s) : "");
  part("emulated", limits.thermal);
  return text + "\n";
}

}  // namespace

std::string bundle_text(const LoadedBundle& bundle, Charset charset) {
  const BundleRecord& record = bundle.record;
  std::string text =
      fmt::format("Bundle of suite {}: {}\n", bounded(record.suite, charset), bounded(record.title, charset));
  text += system_line(record, charset) + identity_line(record.identity, record.machine, charset);
  text += fmt::format("  written      {} by Assay {} ({}), {}{}\n", bounded(record.created, charset),
                      bounded(record.tool.version, charset), bounded(record.tool.revision, charset),
                      record.complete ? "complete" : "not complete", record.interrupted ? ", interrupted" : "");
  text += fmt::format("  calibration  {}\n", bounded(calibration_text(record.calibration), charset));
  for (const BundleEntry& entry : record.entries) {
    std::string codes;
    for (const std::string& code : entry.invalid_codes) {
      codes += " " + bounded(code, charset);
    }
    text += fmt::format("  {:<8} {} #{}: {}{}\n", entry.valid ? "VALID" : "INVALID", bounded(entry.step, charset),
                        entry.repeat, bounded(entry.file, charset), codes);
  }
  for (const BundleGap& gap : record.gaps) {
    text += fmt::format("  missing  {}: {}\n", bounded(gap.step, charset), bounded(gap.reason, charset));
  }
  for (const std::string& note : record.notes) {
    text += fmt::format("  note     {}\n", bounded(note, charset));
  }
  for (const std::string& problem : bundle.problems) {
    text += fmt::format("  PROBLEM  {}\n", bounded(problem, charset));
  }
  return text;
}

std::string result_text(const std::string& schema, std::string_view text, std::string_view source,
                        const TextStyle& style) {
  if (schema == kRunSchema) {
    return run_text(text, source, style);
  }
  if (schema == kRooflineSchema) {
    return roofline_file_text(text, source, style);
  }
  if (schema == kSelftestSchema) {
    return selftest_file_text(text, source, style.charset);
  }
  const json root = parse_untrusted_json(text, source, "a result file");
  const Field field(source, root);
  return schema == "assay/track/1" ? track_text(field, style.charset) : real_world_file_text(field, style.charset);
}

}  // namespace assay
