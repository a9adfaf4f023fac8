#include "analysis/roofline_titles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

void append(std::string& out, const std::string& part, const char* separator) {
  if (!part.empty()) {
    out += out.empty() ? part : separator + part;
  }
}

std::string pages_text(const RooflineSubject& subject) {
  return subject.pages == "small" ? "4 KiB pages" : subject.pages == "huge" ? "huge pages" : subject.pages;
}

/// Decimals after which `digits` significant ones of `value` are shown.
int decimals_for(double value, int digits) {
  const double magnitude = std::abs(value);
  return magnitude > 0.0 && std::isfinite(magnitude)
             ? std::clamp(digits - 1 - static_cast<int>(std::floor(std::log10(magnitude) + 1e-9)), 0, 12)
             : 0;
}

}  // namespace

std::string threads_text(std::size_t threads) {
  return fmt::format("{} {}", threads, threads == 1 ? "thread" : "threads");
}

std::string short_title_of(const RooflineSubject& subject) {
  std::string title = subject.mix.empty() ? subject.kernel : subject.mix;
  append(title, subject.isa, " ");
  append(title, pages_text(subject), ", ");
  return title;
}

std::string title_of(const RooflineSubject& subject) {
  std::string title = subject.level;
  if (subject.kind == SubjectKind::dot) {
    title = subject.kernel;
    for (const auto& [name, value] : subject.parameters) {
      append(title, name == "dtype" ? "" : fmt::format("{}={}", name, value), " ");
    }
  } else {
    append(title, subject.mix.empty() ? subject.kernel : subject.mix, " ");
  }
  if (subject.kind != SubjectKind::bandwidth && subject.kind != SubjectKind::latency) {
    append(title, subject.dtype, " ");
  }
  append(title, subject.isa, ", ");
  append(title, pages_text(subject), ", ");
  append(title, threads_text(std::max<std::size_t>(1, subject.cpus.size())), ", ");
  return title;
}

std::string ceiling_value_text(double value, const std::string& unit, Charset charset) {
  return unit == "s" ? format_duration(value, charset) : ceiling_estimate_text({.point = value}, unit, charset);
}

std::string ceiling_estimate_text(const EstimateRecord& estimate, const std::string& unit, Charset charset) {
  if (unit == "s") {
    return format_duration_estimate(estimate, charset);
  }
  std::string text = format_rate_estimate(estimate, unit, charset);
  // "103.6 G flop/s" is the form of a counted thing; a unit takes its prefix without a space.
  for (const std::string_view prefix : {" k ", " M ", " G ", " T ", " P "}) {
    const std::string spaced = std::string(prefix) + unit;
    if (const auto at = text.find(spaced); at != std::string::npos) {
      text.erase(at + 2, 1);
    }
  }
  return text;
}

std::string times_text(const EstimateRecord& ratio) { return plain_estimate_text(ratio, "x"); }

std::string plain_number(double value) { return fmt::format("{:.{}f}", value, decimals_for(value, 3)); }

std::string plain_estimate_text(const EstimateRecord& estimate, const std::string& unit) {
  if (!estimate.point) {
    return "not available";
  }
  const std::string spaced_unit = unit.empty() ? "" : " " + unit;
  if (!estimate.lower || !estimate.upper) {
    return plain_number(*estimate.point) + spaced_unit;
  }
  const double half_width = std::max((*estimate.upper - *estimate.lower) / 2.0, 1e-12);
  const int decimals = std::clamp(decimals_for(half_width, 2), 0, std::max(0, decimals_for(*estimate.point, 4)));
  return fmt::format("{:.{}f}{} [{:.{}f}, {:.{}f}]", *estimate.point, decimals, spaced_unit, *estimate.lower, decimals,
                     *estimate.upper, decimals);
}

}  // namespace assay
