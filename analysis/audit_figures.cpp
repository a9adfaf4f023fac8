#include "analysis/audit_figures.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "analysis/roofline_titles.hpp"

namespace assay {

std::string name_of(FigureKind kind) {
  constexpr std::array kNames{"not available", "measured", "derived", "projected", "given", "datasheet"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string kind_text(const AuditSystem& system) {
  return system.kind == SystemKind::envelope
             ? fmt::format("ENVELOPE{}{}", system.envelope.empty() ? "" : " ", system.envelope)
             : name_of(system.kind);
}

std::string title_of(const AuditSystem& system) {
  return fmt::format("{} {} ({})", system.letter, system.name, kind_text(system));
}

const AuditFigure& metric_figure(const AuditSystem& system, const std::string& metric) {
  return metric == "throughput"      ? system.throughput
         : metric == "p99"           ? system.p99
         : metric == "fps_per_watt"  ? system.per_watt
         : metric == "usd_per_token" ? system.usd_per_token
                                     : throw std::invalid_argument("no such metric");
}

const AuditFigure& figure_on(const AuditSystem& system, const std::string& axis) {
  return axis == "throughput" ? system.throughput
         : axis == "p99"      ? system.p99
         : axis == "watts"    ? system.watts
         : axis == "price"    ? system.price
                              : throw std::invalid_argument("no such axis");
}

std::string throughput_text(const EstimateRecord& value) {
  return format_rate_estimate(value, "samples/s", Charset::utf8);
}

std::string peak_text(const AuditRoofs& roofs) {
  return ceiling_estimate_text(roofs.peak, roofs.work_unit + "/s", Charset::utf8);
}

std::string bandwidth_text(const AuditRoofs& roofs) {
  return ceiling_estimate_text(roofs.bandwidth, "B/s", Charset::utf8);
}

std::string ridge_text(const AuditRoofs& roofs) { return plain_estimate_text(roofs.ridge, roofs.work_unit + "/byte"); }

std::string intensity_text(const AuditSystem& system) {
  return system.lighthouse.intensity
             ? fmt::format("{} {}/byte", plain_number(*system.lighthouse.intensity), system.roofs.work_unit)
             : std::string("not available");
}

std::string clipped(std::string text, std::size_t longest) {
  if (text.size() <= longest) {
    return text;
  }
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // within a character of UTF-8
  }
  return text.substr(0, end) + "...";
}

std::string figure_text(const AuditFigure& figure, const std::string& what, Charset charset) {
  if (!figure.value.point) {
    return "not available";
  }
  if (what == "throughput") {
    return throughput_text(figure.value);
  }
  if (what == "p99") {
    return format_duration_estimate(figure.value, charset);
  }
  const char* const unit = what == "watts"          ? "W"
                           : what == "price"        ? "$"
                           : what == "fps_per_watt" ? "samples/s/W"
                                                    : "$ per million tokens";
  return plain_estimate_text(figure.value, unit);
}

}  // namespace assay
