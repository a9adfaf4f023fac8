#include "analysis/audit_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/audit_figures.hpp"
#include "analysis/audit_html_parts.hpp"
#include "analysis/audit_text.hpp"
#include "analysis/format.hpp"
#include "analysis/report_assets.hpp"
#include "harness/digest.hpp"

namespace assay {
namespace {

std::string style() { return fmt::format("{}{}", report_style(), audit_style()); }

std::string page_title(const AuditRecord& record) {
  std::string title;
  for (const AuditSystem& system : record.systems) {
    title += fmt::format("{}{} {}", title.empty() ? "" : " against ", system.letter,
                         system.kind == SystemKind::envelope ? kind_text(system) : system.name);
  }
  return title;
}

Html head(const std::string& title, const std::string& css) {
  Html out;
  out.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\""
      "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
  out.text(sha256_base64(css));
  out.put(
      "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>Audit: ");
  return out.text(title).put("</title>\n");
}

Html verdict_chip(const AuditRecord& record) {
  Html out;
  out.put(record.withheld() ? Markup("<span class=\"chip withheld\">") : Markup("<span class=\"chip\">"));
  out.text(record.withheld() ? "WITHHELD" : name_of(record.claim.outcome)).put("</span> ");
  const FairnessIndex& fairness = record.fairness;
  if (fairness.controls.empty()) {
    return out.put("<span class=\"chip unknown\">? fairness not decided</span>");
  }
  out.put(fairness.reportable() ? Markup("<span class=\"chip holds\">✓ ") : Markup("<span class=\"chip fails\">✗ "));
  return out.text(fmt::format("fairness {} of {}", fairness.held(), fairness.controls.size())).put("</span>");
}

Html page_header(const AuditRecord& record, const std::string& title) {
  Html out;
  out.put("<header><p class=\"brand\">Assay comparative audit</p><h1>").text(title).put("</h1><p class=\"sub\">");
  out.text(record.lighthouse.empty() ? std::string("no lighthouse was measured") : "lighthouse: " + record.lighthouse);
  out.text(fmt::format(" · {}", record.created.substr(0, 10)));
  out.put(
      "</p><nav aria-label=\"Parts of this audit\"><a href=\"#verdict\">Verdict</a><a href=\"#roofline\">Roofline</a>"
      "<a href=\"#throughput\">Throughput</a><a href=\"#pareto\">Pareto</a><a href=\"#metric\">Metric</a>"
      "<a href=\"#fairness\">Fairness</a><a href=\"#systems\">Systems</a></nav></header>");
  return out;
}

Html kinds_banner(const AuditRecord& record) {
  std::set<SystemKind> kinds;
  for (const AuditSystem& system : record.systems) {
    kinds.insert(system.kind);
  }
  Html out;
  if (kinds.size() == 1 && *kinds.begin() == SystemKind::measured) {
    return out.put("<p class=\"sub\">").text(record.first_line).put("</p>");
  }
  return out.put("<p class=\"banner\"><strong>").text(record.first_line).put("</strong></p>");
}

Html verdict(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"verdict\"><h2>Verdict ").put(verdict_chip(record)).put("</h2><p class=\"verdict-line\">");
  out.text(audit_verdict(record)).put("</p><div class=\"memo\"><h2>Memo to the Purchasing Lead</h2>");
  for (const std::string& sentence : record.memo) {
    out.put("<p>").text(sentence).put("</p>");
  }
  return out.put("</div></section>");
}

Html notes(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"notes\"><h2>How to read it</h2><ul class=\"evidence\">");
  for (const std::string& note : record.notes) {
    out.put("<li>").text(clipped(note, 300)).put("</li>");
  }
  out.put(
      "<li>Intervals are 95 %. Those of throughput and P99 are from repeats of whole runs, those of roofs from rounds "
      "of samples.</li><li>A prediction is the most that the roofs allow at the declared intensity: derived of a "
      "measured system, projected of a datasheet.</li><li>Two systems whose intervals do not separate are a tie; a "
      "system is dominated only where that is shown on every axis in use.</li></ul><p class=\"aside\">Made by ");
  return out.text(record.tool)
      .put(", ")
      .text(record.created)
      .put("; <code>assay explain</code> defines the words.</p></section>");
}

}  // namespace

std::string audit_html(const AuditRecord& record) {
  const std::string css = style();
  const std::string title = page_title(record);
  Html body;
  body.put("<body>\n").put(page_header(record, title)).put("\n<main>\n").put(kinds_banner(record)).put(verdict(record));
  body.put(audit_roofline_section(record)).put(audit_throughput_section(record)).put(audit_pareto_section(record));
  body.put(audit_metric_section(record)).put(audit_fairness_section(record)).put(audit_systems_section(record));
  body.put(notes(record)).put("\n</main>\n</body></html>\n");
  // The style is our own; the hash in the head is of exactly these bytes.
  return fmt::format("{}<style>{}</style></head>\n{}", head(title, css).str(), css, body.str());
}

}  // namespace assay
