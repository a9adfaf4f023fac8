#include "analysis/report_html.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "analysis/crisis_chart.hpp"
#include "analysis/format.hpp"
#include "analysis/html.hpp"
#include "analysis/report_assets.hpp"
#include "analysis/report_labels.hpp"
#include "analysis/report_machine.hpp"
#include "analysis/report_run_section.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/report_tables.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"

namespace assay {
namespace {

using Runs = std::span<const RunDocument>;
using Labels = std::span<const std::string>;

std::string joined(const std::set<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

template <typename TextOf>
std::string each_once(Runs runs, TextOf text_of) {
  std::set<std::string> texts;
  for (const RunDocument& run : runs) {
    texts.insert(text_of(run));
  }
  return joined(texts);
}

std::string title_text(Runs runs, const ReportOptions& options) {
  if (!options.title.empty()) {
    return options.title;
  }
  return fmt::format("{} on {}", each_once(runs, [](const RunDocument& run) { return run.workload; }),
                     each_once(runs, [](const RunDocument& run) { return run.machine_identity.label; }));
}

Html head(std::string_view title) {
  // frame-ancestors is not allowed in a meta element; everything else is closed.
  Html out;
  out.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\""
      "Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-");
  out.text(sha256_base64(report_script())).put("'; style-src 'sha256-").text(sha256_base64(report_style()));
  out.put(
      "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  return out.text(title).put("</title>\n");
}

Html page_header(Runs runs, std::string_view title) {
  std::set<std::string> days;
  for (const RunDocument& run : runs) {
    days.insert(run.created.substr(0, 10));
  }
  const std::string when = days.size() == 1 ? *days.begin() : fmt::format("{} to {}", *days.begin(), *days.rbegin());
  Html out;
  out.put("<header><p class=\"brand\">Assay report</p><h1>").text(title).put("</h1><p class=\"sub\">");
  out.text(fmt::format("{} {} of {} · {}", runs.size(), runs.size() == 1 ? "run" : "runs",
                       each_once(runs, workload_title), when));
  out.put(
      "</p><nav aria-label=\"Parts of this report\"><a href=\"#findings\">Findings</a><a href=\"#overview\">Runs</a>"
      "<a href=\"#machine\">Machine</a><a href=\"#words\">Words</a><a href=\"#data\">Data</a></nav></header>");
  return out;
}

/// What the marks of the runs mean, and of which runs.
Html mark_banners(Runs runs, Labels labels) {
  std::set<std::string> synthetic;
  std::set<std::string> emulated;
  std::set<std::string> envelopes;
  std::set<std::string> limited;
  std::set<std::string> limits;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].synthetic) {
      synthetic.insert(labels[i]);
    }
    if (runs[i].emulated) {
      emulated.insert(labels[i]);
      envelopes.insert(fmt::format("{} ({})", runs[i].emulated->name, runs[i].emulated->source));
    }
    if (runs[i].limits.any()) {
      limited.insert(labels[i]);
      limits.insert(limits_text(runs[i].limits));
    }
  }
  Html out;
  if (!synthetic.empty()) {
    out.put("<p class=\"banner\"><strong>SYNTHETIC:</strong> the service times of ").text(joined(synthetic));
    out.put(" were drawn from a law. They show how queues behave and say nothing about this machine's speed.</p>");
  }
  if (!emulated.empty()) {
    out.put("<p class=\"banner\"><strong>EMULATED:</strong> the clock of ").text(joined(emulated));
    out.put(" was lowered by a model of a device that heats up: ").text(joined(envelopes));
    out.put(". The numbers show this work on such a device and not what this machine can do.</p>");
  }
  if (!limited.empty()) {
    out.put("<p class=\"banner\"><strong>ENVELOPE:</strong> part of the machine was taken away on purpose for ");
    out.text(joined(limited)).put(": ").text(joined(limits));
    out.put(". The numbers were measured, and are not what this machine can do.</p>");
  }
  return out;
}

Html findings(Runs runs, Labels labels, const ReportOptions& options) {
  Html out;
  out.put("<section id=\"findings\"><h2>What was found</h2><ul class=\"verdicts\">");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    out.put("<li><p>").put(verdict_chips(runs[i])).put(" <a href=\"#run-").text(fmt::format("{}", i + 1)).put("\">");
    out.text(labels[i]).put("</a> ").text(finding_sentence(runs[i], Charset::utf8)).put("</p>");
    if (!runs[i].invalid_reasons.empty()) {
      out.put(reasons_list(runs[i]));
    }
    out.put("</li>");
  }
  out.put("</ul>");
  if (!options.machine_verdict.empty()) {
    out.put("<p class=\"trust\"><strong>What this machine is good for:</strong> ").text(options.machine_verdict);
    out.put("</p>");
  }
  for (const std::string& note : options.notes) {
    out.put("<p class=\"aside\">").text(note).put("</p>");
  }
  return out.put("</section>");
}

Html overview(Runs runs, Labels labels) {
  Html out;
  out.put(
      "<section id=\"overview\"><h2>The runs side by side</h2><noscript><p class=\"aside\">JavaScript is off, so the "
      "charts are not drawn. Every number of theirs is in the tables.</p></noscript>"
      "<div class=\"chart\" data-chart=\"scenarios\" hidden></div>"
      "<div class=\"chart\" data-chart=\"dose\" hidden></div>");
  return out.put(overview_table(runs, labels)).put("</section>");
}

Html words(const ReportOptions& options) {
  Html out;
  out.put("<section id=\"words\"><h2>Words used here</h2>");
  if (options.glossary.empty()) {
    out.put(
        "<p class=\"aside\">This report was made without its glossary; <code>assay explain TERM</code> defines each "
        "word.</p>");
    return out.put("</section>");
  }
  out.put("<dl class=\"words\">");
  for (const ReportTerm& term : options.glossary) {
    out.put("<div><dt>").text(term.term).put("</dt><dd>").text(term.definition).put("</dd></div>");
  }
  return out.put("</dl></section>");
}

Html hash_state(const RunDocument& run) {
  if (run.stored_hash.empty()) {
    return Html().put("written by the program that made this report");
  }
  return run.hash_matches ? Html().put("✓ hash matches")
                          : Html().put("<strong>✗ changed after it was written</strong>");
}

Html data_section(Runs runs, Labels labels) {
  Html out;
  out.put(
      "<section id=\"data\"><h2>The data</h2><p>This page holds the result files themselves, with the histogram of "
      "every latency, as JSON. A hash shows accidental edits, not honesty.</p>"
      "<p class=\"buttons\" data-downloads hidden></p><div class=\"scroll\"><table class=\"stack left\"><thead><tr>"
      "<th scope=\"col\">Run</th><th scope=\"col\">Id</th><th scope=\"col\">Created</th><th scope=\"col\">File</th>"
      "<th scope=\"col\">Comparable with runs of key</th></tr></thead><tbody>");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    out.put("<tr><th scope=\"row\">").text(labels[i]).put("</th><td data-label=\"Id\"><code>").text(runs[i].id);
    out.put("</code></td><td data-label=\"Created\">").text(runs[i].created).put("</td><td data-label=\"File\">");
    out.put(hash_state(runs[i])).put("</td><td data-label=\"Key\"><code>");
    out.text(comparability_key(runs[i]).substr(0, 19)).put("…</code></td></tr>");
  }
  return out.put("</tbody></table></div></section>");
}

std::string embedded_json(Runs runs, Labels labels) {
  nlohmann::ordered_json data{{"labels", nlohmann::ordered_json::array()}, {"runs", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    data["labels"].push_back(labels[i]);
    data["runs"].push_back(nlohmann::ordered_json::parse(to_json(runs[i])));
  }
  return json_for_script(data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::string report_html(std::span<const RunDocument> runs, const ReportOptions& options) {
  if (runs.empty()) {
    throw std::invalid_argument("a report of no run was asked for");
  }
  const std::vector<std::string> labels = run_labels(runs);
  const std::string title = title_text(runs, options);
  Html body;
  body.put("<body>\n").put(page_header(runs, title)).put("\n<main>\n").put(mark_banners(runs, labels));
  if (options.track) {
    body.put(crisis_section(*options.track)).put("\n");
  }
  body.put(findings(runs, labels, options)).put("\n").put(overview(runs, labels)).put("\n");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    body.put(run_section(runs[i], labels[i], i + 1)).put("\n");
  }
  body.put("<section id=\"machine\"><h2>Machine and conditions</h2>").put(machine_sections(runs, labels));
  body.put("</section>\n").put(words(options)).put("\n").put(data_section(runs, labels)).put("\n</main>\n");
  // Style, data and script are our own or escaped for their place; the hashes in the head are of exactly these bytes.
  return fmt::format(
      "{}<style>{}</style></head>\n{}<script type=\"application/json\" id=\"assay-data\">{}</script>\n"
      "<script>{}</script>\n</body></html>\n",
      head(title).str(), report_style(), body.str(), embedded_json(runs, labels), report_script());
}

}  // namespace assay
