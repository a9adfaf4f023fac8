#include "analysis/comparison_html.hpp"

#include <fmt/format.h>

#include "analysis/comparison_chart.hpp"
#include "analysis/comparison_sentences.hpp"
#include "analysis/html_page.hpp"
#include "analysis/report_assets.hpp"
#include "analysis/report_tables.hpp"

namespace assay {
namespace {

Html verdict_chip(const ComparisonBlock& block) {
  Html out;
  const bool bad = block.verdict == ComparisonVerdict::slower || block.verdict == ComparisonVerdict::not_comparable;
  const bool good = block.verdict == ComparisonVerdict::faster || block.verdict == ComparisonVerdict::same;
  out.put(bad    ? Markup("<span class=\"chip invalid\">")
          : good ? Markup("<span class=\"chip valid\">")
                 : Markup("<span class=\"chip load\">"));
  out.text(name_of(block.verdict)).put("</span>");
  if (const std::string mark = mark_sentence(block); !mark.empty()) {
    out.put("<span class=\"chip synthetic\">").text(mark).put("</span>");
  }
  return out;
}

Html verdict_list(const RunComparison& comparison, const std::vector<std::string>& notes) {
  Html out;
  out.put("<section id=\"verdicts\"><h2>Verdicts</h2><ul class=\"verdicts\">");
  for (std::size_t i = 0; i < comparison.blocks.size(); ++i) {
    const ComparisonBlock& block = comparison.blocks[i];
    out.put("<li><p>").put(verdict_chip(block)).put(" <a href=\"#block-").text(fmt::format("{}", i + 1)).put("\">");
    out.text(block_title(block)).put("</a> ").text(verdict_sentence(block, comparison.options.margin)).put("</p></li>");
  }
  out.put("</ul>");
  for (const std::string& note : notes) {
    out.put("<p class=\"aside\">").text(note).put("</p>");
  }
  return out.put("</section>");
}

Html text_list(const std::vector<std::string>& texts, Markup begin) {
  Html out;
  if (texts.empty()) {
    return out;
  }
  out.put(begin);
  for (const std::string& text : texts) {
    out.put("<li>").text(text).put("</li>");
  }
  return out.put("</ul>");
}

Html sides(const RunComparison& comparison, const ComparisonBlock& block) {
  const auto text = [](const std::string& name, const std::vector<std::string>& ids, const std::string& machine) {
    return ids.empty() ? name + ": no such run"
                       : fmt::format("{}: {} {} on {}", name, ids.size(), ids.size() == 1 ? "run" : "runs", machine);
  };
  Html out;
  out.put("<dl class=\"facts\"><div><dt>A</dt><dd>").text(text(comparison.name_a, block.ids_a, block.machine_a));
  out.put("</dd></div><div><dt>B</dt><dd>").text(text(comparison.name_b, block.ids_b, block.machine_b));
  return out.put("</dd></div></dl>");
}

Html differences(const ComparisonBlock& block) {
  Html out;
  if (block.differences.empty()) {
    return out;
  }
  out.put(
      "<div class=\"scroll\"><table class=\"stack left\"><caption>What differs and does not forbid the "
      "comparison</caption><thead><tr><th scope=\"col\">What</th><th scope=\"col\">A</th><th scope=\"col\">B</th></tr>"
      "</thead><tbody>");
  for (const SoftDifference& difference : block.differences) {
    out.put("<tr><th scope=\"row\">").text(difference.what).put("</th><td data-label=\"A\">").text(difference.a);
    out.put("</td><td data-label=\"B\">").text(difference.b).put("</td></tr>");
  }
  return out.put("</tbody></table></div>");
}

Html ratio_table(const ComparisonBlock& block) {
  Html out;
  out.put(
      "<div class=\"scroll\"><table class=\"stack\"><caption>The first row decides. A and B: geometric mean over the "
      "repeats.</caption><thead><tr><th scope=\"col\">Quantity</th><th scope=\"col\">A</th><th scope=\"col\">B</th>"
      "<th scope=\"col\">B/A</th><th scope=\"col\">Reading</th></tr></thead><tbody>");
  for (const ComparedRow& row : block.rows) {
    out.put("<tr><th scope=\"row\">").text(quantity_text(row.quantity));
    if (!row.quantity.remark.empty()) {
      out.put("<span class=\"small\">").text(row.quantity.remark).put("</span>");
    }
    out.put("</th><td data-label=\"A\">").text(side_text(row.quantity, row.a, Charset::utf8));
    out.put("</td><td data-label=\"B\">").text(side_text(row.quantity, row.b, Charset::utf8));
    out.put("</td><td data-label=\"B/A\">").put(estimate_cell(ratio_text(row.ratio), row.ratio));
    out.put("</td><td data-label=\"Reading\">").text(reading_text(row)).put("</td></tr>");
  }
  return out.put("</tbody></table></div>");
}

Html block_section(const RunComparison& comparison, const ComparisonBlock& block, std::size_t number) {
  Html out;
  out.put("<section class=\"run\" id=\"block-").text(fmt::format("{}", number)).put("\"><h2>");
  out.text(block_title(block)).put(" ").put(verdict_chip(block)).put("</h2>").put(sides(comparison, block));
  if (block.rows.empty()) {
    out.put("<p class=\"finding\">Not comparable:</p>").put(text_list(block.reasons, "<ul class=\"reasons\">"));
    return out.put(differences(block)).put("</section>");
  }
  out.put("<p class=\"finding\">").text(verdict_sentence(block, comparison.options.margin)).put("</p><p>");
  out.text(kind_sentence(block)).put("</p>").put(text_list(block.notes, "<ul class=\"warnings\">"));
  out.put(differences(block)).put("<div class=\"chart\">").put(ratio_chart(block, comparison.options.margin));
  return out.put("</div>").put(ratio_table(block)).put("</section>");
}

}  // namespace

std::string comparison_html(const RunComparison& comparison, const std::vector<std::string>& notes) {
  const std::string title = fmt::format("{} against {}", comparison.name_b, comparison.name_a);
  Html body;
  body.put("<body>\n<header><p class=\"brand\">Assay comparison</p><h1>").text(title).put("</h1></header>\n<main>\n");
  body.put(verdict_list(comparison, notes)).put("\n");
  for (std::size_t i = 0; i < comparison.blocks.size(); ++i) {
    body.put(block_section(comparison, comparison.blocks[i], i + 1)).put("\n");
  }
  body.put("<section id=\"method\"><h2>How it was judged</h2>");
  for (const std::string& sentence : method_sentences(comparison)) {
    body.put("<p>").text(sentence).put("</p>");
  }
  body.put("</section>\n</main>\n");
  return fmt::format("{}<style>{}</style></head>\n{}</body></html>\n", page_head(title, PageScript::none).str(),
                     report_style(), body.str());
}

}  // namespace assay
