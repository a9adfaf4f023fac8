#include "analysis/ladder_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "analysis/format.hpp"
#include "analysis/waterfall_bar.hpp"

namespace assay {

namespace {

constexpr double kLeft = 70.0;
constexpr double kRight = 690.0;
constexpr double kTop = 16.0;
constexpr double kBottom = 250.0;

/// The corner opposite to the origin.
struct Scale {
  double time_s = 0.0;
  double tokens_per_s = 0.0;

  [[nodiscard]] std::string x(double value) const {
    return fmt::format("{:.1f}", kLeft + (kRight - kLeft) * std::clamp(value / time_s, 0.0, 1.0));
  }
  [[nodiscard]] std::string y(double value) const {
    return fmt::format("{:.1f}", kBottom - (kBottom - kTop) * std::clamp(value / tokens_per_s, 0.0, 1.0));
  }
};

bool is_shown(const LadderProbe& probe) { return !probe.ignored && probe.figures.tpot_s.point.has_value(); }

Scale scale_of(const TrackRecord& record, double offline_tokens_per_s) {
  Scale scale{.time_s = record.tpot_limit_s.value_or(0.0), .tokens_per_s = offline_tokens_per_s};
  for (const LadderRung& rung : record.ladder) {
    for (const LadderProbe& probe : rung.probes) {
      if (is_shown(probe)) {
        scale.time_s = std::max(scale.time_s, *probe.figures.tpot_s.point);
        scale.tokens_per_s = std::max(scale.tokens_per_s, probe.figures.tokens_per_s);
      }
    }
  }
  constexpr double kMargin = 1.05;
  scale.time_s *= kMargin;
  scale.tokens_per_s *= kMargin;
  return scale;
}

void put_axes(Html& out, const Scale& scale) {
  out.put("<path class=\"axis\" d=\"M70 16V250H690\"/>");
  out.put("<text x=\"64\" y=\"24\" text-anchor=\"end\">").text(format_rate(scale.tokens_per_s, "")).put("</text>");
  out.put("<text x=\"690\" y=\"268\" text-anchor=\"end\">").text(format_duration(scale.time_s)).put("</text>");
  out.put("<text x=\"70\" y=\"268\">0</text>");
  out.put("<text x=\"380\" y=\"284\" text-anchor=\"middle\">time per token at the window's percentile</text>");
  out.put("<text x=\"76\" y=\"30\">answer tokens a second</text>");
}

void put_limit(Html& out, const std::string& x1, const std::string& y1, const std::string& x2, const std::string& y2) {
  out.put("<line class=\"limit\" x1=\"").text(x1).put("\" y1=\"").text(y1).put("\" x2=\"").text(x2);
  out.put("\" y2=\"").text(y2).put("\"/>");
}

/// The number of its step beside each probe.
void put_probe(Html& out, const Scale& scale, std::size_t number, const LadderProbe& probe) {
  const std::string x = scale.x(*probe.figures.tpot_s.point);
  const std::string y = scale.y(probe.figures.tokens_per_s);
  out.put(probe.outcome == ProbeOutcome::held ? Markup("<circle class=\"held\" r=\"4\" cx=\"")
                                              : Markup("<circle class=\"not-held\" r=\"4\" cx=\""));
  out.text(x).put("\" cy=\"").text(y).put("\"/><text x=\"").text(x).put("\" dx=\"7\" y=\"").text(y);
  out.put("\" dy=\"4\">").text(fmt::format("{}", number)).put("</text>");
}

Html throughput_figure(const TrackRecord& record, double offline_tokens_per_s) {
  const Scale scale = scale_of(record, offline_tokens_per_s);
  Html out;
  if (!(scale.time_s > 0.0) || !(scale.tokens_per_s > 0.0)) {
    return out;
  }
  out.put("<figure><svg class=\"serving-dots\" viewBox=\"0 0 720 292\" role=\"img\"><title>");
  out.text("Tokens a second against the time per token, a mark for each probe").put("</title>");
  put_axes(out, scale);
  if (record.tpot_limit_s) {
    put_limit(out, scale.x(*record.tpot_limit_s), "16", scale.x(*record.tpot_limit_s), "250");
  }
  put_limit(out, "70", scale.y(offline_tokens_per_s), "690", scale.y(offline_tokens_per_s));
  std::size_t number = 0;
  for (const LadderRung& rung : record.ladder) {
    ++number;
    for (const LadderProbe& probe : rung.probes) {
      if (is_shown(probe)) {
        put_probe(out, scale, number, probe);
      }
    }
  }
  out.put(
      "</svg><figcaption>Server at the rates that were tried: filled where both windows held. Dashed: the window of ");
  out.put("the time per token, and what Offline gives. The numbers are the steps: ");
  std::vector<std::string> steps;
  for (const LadderRung& rung : record.ladder) {
    steps.push_back(fmt::format("{} {}", steps.size() + 1, rung.title));
  }
  return out.text(fmt::format("{}", fmt::join(steps, "; "))).put(".</figcaption></figure>");
}

void put_waterfall(Html& out, const std::string& where, const ServingFigures& figures) {
  out.put("<h4>").text(where).put("</h4>").put(waterfall_bar(figures.waterfall));
}

}  // namespace

Html ladder_charts(const TrackRecord& record) {
  Html out;
  const TrackRun* const offline = run_of(record, "offline");
  if (record.ladder.empty() || offline == nullptr || !offline->figures.serving) {
    return out;
  }
  out.put("<h3>Throughput against time per token</h3>");
  out.put(throughput_figure(record, offline->figures.serving->tokens_per_s));
  out.put("<h3>Where the time went</h3>");
  put_waterfall(out, "Offline", *offline->figures.serving);
  for (const LadderRung& rung : record.ladder) {
    if (const LadderProbe* const best = best_probe(rung)) {
      put_waterfall(out, fmt::format("Server: {}", rung.title), best->figures);
    }
  }
  return out;
}

}  // namespace assay
