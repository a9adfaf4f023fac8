#include "analysis/report_serving.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"
#include "analysis/report_tables.hpp"
#include "analysis/serving_text.hpp"
#include "analysis/waterfall_bar.hpp"

namespace assay {
namespace {

/// Answer tokens a second over the mean time between tokens, a dot a second.
Html throughput_chart(const ServingRecord& serving) {
  double most_rate = 0.0;
  double most_gap = serving.tpot_limit_s.value_or(0.0);
  std::size_t dots = 0;
  const auto usable = [](const ServingTotals& bin) { return bin.token_gaps > 0.0 && bin.duration_s > 0.0; };
  for (const ServingTotals& bin : serving.bins) {
    if (usable(bin)) {
      most_rate = std::max(most_rate, bin.tokens / bin.duration_s);
      most_gap = std::max(most_gap, bin.token_gap_mean_s);
      ++dots;
    }
  }
  Html out;
  if (dots < 2 || most_rate <= 0.0 || most_gap <= 0.0) {
    return out;
  }
  constexpr double kLeft = 70.0;
  constexpr double kRight = 690.0;
  constexpr double kTop = 12.0;
  constexpr double kBottom = 210.0;
  const auto x = [&](double gap) { return fmt::format("{:.1f}", kLeft + (kRight - kLeft) * gap / most_gap); };
  const auto y = [&](double rate) { return fmt::format("{:.1f}", kBottom - (kBottom - kTop) * rate / most_rate); };
  out.put("<figure><svg class=\"serving-dots\" viewBox=\"0 0 720 250\" role=\"img\" aria-label=\"")
      .text(fmt::format("Throughput against time per token, {} seconds of the run: at most {} at up to {}", dots,
                        format_rate(most_rate, "tokens/s"), format_duration(most_gap)))
      .put("\"><path class=\"axis\" d=\"M70 12V210H690\"/>");
  out.put("<text x=\"64\" y=\"20\" text-anchor=\"end\">").text(format_rate(most_rate, "")).put("</text>");
  out.put("<text x=\"690\" y=\"228\" text-anchor=\"end\">").text(format_duration(most_gap)).put("</text>");
  out.put("<text x=\"70\" y=\"228\">0</text>");
  out.put("<text x=\"380\" y=\"244\" text-anchor=\"middle\">mean time between the tokens of an answer</text>");
  out.put("<text x=\"76\" y=\"24\">answer tokens a second</text>");
  if (serving.tpot_limit_s) {
    const std::string at = x(*serving.tpot_limit_s);
    out.put("<line class=\"limit\" y1=\"12\" y2=\"210\" x1=\"").text(at).put("\" x2=\"").text(at).put("\"/>");
  }
  for (const ServingTotals& bin : serving.bins) {
    if (usable(bin)) {
      out.put("<circle r=\"3.5\" cx=\"").text(x(bin.token_gap_mean_s)).put("\" cy=\"");
      out.text(y(bin.tokens / bin.duration_s)).put("\"/>");
    }
  }
  out.put("</svg><figcaption>Throughput against time per token, a dot for each second of the run");
  if (serving.tpot_limit_s) {
    out.put("; dashed: the window");
  }
  return out.put(".</figcaption></figure>");
}

}  // namespace

Html serving_section(const RunDocument& run) {
  Html out;
  if (!run.serving) {
    return out;
  }
  out.put("<h3>Serving").put(mark_chips(run)).put("</h3>");
  out.put("<p>Where the time of the run went:</p>").put(waterfall_bar(run.serving->run.waterfall));
  out.put(throughput_chart(*run.serving)).put("<dl class=\"facts\">");
  for (const auto& [name, sentence] : serving_sentences(run, Charset::utf8)) {
    out.put("<div><dt>").text(name).put("</dt><dd>").text(sentence).put("</dd></div>");
  }
  std::string levers;
  for (const auto& [name, text] : run.serving->settings) {
    levers += fmt::format("{}{}={}", levers.empty() ? "" : ", ", name, text);
  }
  return out.put("<div><dt>levers</dt><dd>").text(levers).put("</dd></div></dl>");
}

}  // namespace assay
