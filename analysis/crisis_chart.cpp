#include "analysis/crisis_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "analysis/accuracy_chart.hpp"
#include "analysis/ladder_chart.hpp"

namespace assay {

namespace {

/// Bars are drawn in a box of 1000 units that the page stretches; no letter stands in it.
constexpr double kBox = 1000.0;

double largest_of(const CrisisRow& row) {
  double largest = row.limit.value_or(0.0);
  for (const CrisisBar& bar : row.bars) {
    largest = std::max(largest, bar.value.value_or(0.0));
  }
  return largest;
}

std::string units(double value, double largest) {
  return fmt::format("{:.1f}", largest > 0.0 ? kBox * std::clamp(value / largest, 0.0, 1.0) : 0.0);
}

Html picture_of(const CrisisBar& bar, const CrisisRow& row, double largest) {
  Html out;
  out.put(
      "<svg class=\"crisis-bar\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
      "focusable=\"false\">");
  if (bar.value) {
    out.put(bar.is_claim ? Markup("<rect class=\"claimed\" x=\"0\" y=\"4\" height=\"12\" width=\"")
                         : Markup("<rect class=\"found\" x=\"0\" y=\"4\" height=\"12\" width=\""));
    out.text(units(*bar.value, largest)).put("\"/>");
  }
  if (row.limit) {
    const std::string at = units(*row.limit, largest);
    out.put("<line class=\"limit\" y1=\"0\" y2=\"20\" x1=\"").text(at).put("\" x2=\"").text(at).put("\"/>");
  }
  return out.put("</svg>");
}

Html chart_row(const CrisisRow& row) {
  const double largest = largest_of(row);
  Html out;
  out.put("<h4>").text(row.quantity);
  if (!row.limit_text.empty()) {
    out.put(" <span class=\"aside\">(dashed line: ").text(row.limit_text).put(")</span>");
  }
  out.put("</h4><ul class=\"crisis\">");
  for (const CrisisBar& bar : row.bars) {
    out.put("<li><p>");
    out.put(bar.is_claim ? Markup("<strong class=\"kind\">claimed</strong> ")
                         : Markup("<strong class=\"kind\">found</strong> "));
    out.text(bar.label).put(": <strong>").text(bar.text).put("</strong></p>").put(picture_of(bar, row, largest));
    out.put("</li>");
  }
  return out.put("</ul>");
}

Html table_of(const TrackRecord& record) {
  Html out;
  out.put(
      "<div class=\"scroll\"><table class=\"stack left\"><thead><tr><th scope=\"col\">What</th>"
      "<th scope=\"col\">Claimed or found</th><th scope=\"col\">Value</th><th scope=\"col\">Limit</th>"
      "<th scope=\"col\">Measured in step</th></tr></thead><tbody>");
  for (const CrisisRow& row : record.findings.rows) {
    for (const CrisisBar& bar : row.bars) {
      out.put("<tr><th scope=\"row\">").text(fmt::format("{}: {}", row.quantity, bar.label));
      out.put("</th><td data-label=\"Kind\">").text(bar.is_claim ? "claimed" : "found");
      out.put("</td><td data-label=\"Value\">").text(bar.text).put("</td><td data-label=\"Limit\">");
      out.text(row.limit_text.empty() ? "none" : row.limit_text).put("</td><td data-label=\"Step\">");
      out.text(bar.source.empty() ? "derived" : bar.source).put("</td></tr>");
    }
  }
  return out.put("</tbody></table></div>");
}

Html lines(Markup heading, const std::vector<std::string>& texts) {
  Html out;
  if (texts.empty()) {
    return out;
  }
  out.put(heading).put("<ul>");
  for (const std::string& text : texts) {
    out.put("<li>").text(text).put("</li>");
  }
  return out.put("</ul>");
}

/// The record holds its texts as a page shows them.
std::string in_ascii(std::string text) {
  for (const auto& [sign, plain] : {std::pair<std::string_view, std::string_view>{"µ", "u"}, {"∞", "inf"}}) {
    for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at)) {
      text.replace(at, sign.size(), plain);
    }
  }
  return text;
}

std::string wrapped_bar(const CrisisBar& bar, const CrisisRow& row, double largest, Charset charset) {
  constexpr double kColumns = 40.0;
  const auto columns = [&](double value) {
    return largest > 0.0 ? static_cast<std::size_t>(std::lround(kColumns * std::clamp(value / largest, 0.0, 1.0))) : 0U;
  };
  const bool utf8 = charset == Charset::utf8;
  std::string cells;
  const std::size_t filled = bar.value ? columns(*bar.value) : 0;
  const std::size_t limit = row.limit ? std::min<std::size_t>(columns(*row.limit), 39) : 40;
  for (std::size_t i = 0; i < 40; ++i) {
    const bool is_filled = i < filled;
    if (i == limit) {
      cells += utf8 ? "┊" : "|";
    } else if (is_filled) {
      cells += bar.is_claim ? (utf8 ? "░" : "-") : (utf8 ? "█" : "#");
    } else {
      cells += ' ';
    }
  }
  return cells;
}

}  // namespace

std::string outcome_word(CrisisOutcome outcome) {
  switch (outcome) {
    case CrisisOutcome::confirmed:
      return "CONFIRMED";
    case CrisisOutcome::refuted:
      return "NOT CONFIRMED";
    case CrisisOutcome::open:
      break;
  }
  return "OPEN";
}

Html crisis_section(const TrackRecord& record) {
  Html out;
  out.put("<section id=\"crisis\"><h2>").text(fmt::format("{}: {}", record.title, record.crisis)).put("</h2><p>");
  out.text(fmt::format("You are the {}. What counts: {}. What is claimed: {}.", record.persona, record.north_star,
                       record.claim));
  out.put("</p><p class=\"crisis-word\"><strong>").text(outcome_word(record.findings.outcome));
  out.put("</strong> here, on ").text(record.machine).put(".</p><blockquote class=\"sentence\"><p>To the ");
  out.text(record.stakeholder).put(": ").text(record.findings.sentence).put("</p></blockquote>");
  if (!record.findings.rows.empty()) {
    out.put("<h3>Claimed against found</h3>");
    for (const CrisisRow& row : record.findings.rows) {
      out.put(chart_row(row));
    }
    out.put("<h3>The same as a table</h3>").put(table_of(record));
  }
  out.put(ladder_charts(record));
  if (record.field) {
    out.put(accuracy_charts(record.field->curves));
  }
  out.put(lines("<h3>What else was seen</h3>", record.findings.evidence));
  out.put(lines("<h3>Left out</h3>", record.left_out));
  return out.put(lines("<h3>How to read it</h3>", record.notes)).put("</section>");
}

std::string crisis_text(const TrackRecord& record, const TextStyle& style) {
  std::string text = fmt::format("{}: {}\n", record.title, record.crisis);
  text += fmt::format("claimed: {}\n\n", record.claim);
  for (const CrisisRow& row : record.findings.rows) {
    const double largest = largest_of(row);
    text += row.quantity + (row.limit_text.empty() ? "" : fmt::format("  ({})", row.limit_text)) + "\n";
    for (const CrisisBar& bar : row.bars) {
      text += fmt::format("  {:<7} {} {}\n          {}\n", bar.is_claim ? "claimed" : "found",
                          wrapped_bar(bar, row, largest, style.charset), bar.text, bar.label);
    }
  }
  text += fmt::format("\n{}\nto the {}: {}\n", outcome_word(record.findings.outcome), record.stakeholder,
                      record.findings.sentence);
  for (const std::string& sentence : record.findings.evidence) {
    text += fmt::format("  {}\n", sentence);
  }
  for (const std::string& sentence : record.left_out) {
    text += fmt::format("left out  {}\n", sentence);
  }
  for (const std::string& sentence : record.notes) {
    text += fmt::format("note      {}\n", sentence);
  }
  return style.charset == Charset::ascii ? in_ascii(std::move(text)) : text;
}

}  // namespace assay
