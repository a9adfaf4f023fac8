#include "analysis/report_run_section.hpp"

#include <fmt/format.h>

#include <string>

#include "analysis/dose_verdict.hpp"
#include "analysis/experiment_records.hpp"
#include "analysis/format.hpp"
#include "analysis/remote_json.hpp"
#include "analysis/report_frames.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/report_serving.hpp"
#include "analysis/report_soak.hpp"
#include "analysis/report_tables.hpp"
#include "analysis/report_tail.hpp"

namespace assay {
namespace {

std::string asked_sentence(const RunDocument& run) {
  std::string sentence = fmt::format("at least {} and {} queries, after {} of warm-up; seed {}",
                                     format_duration(run.min_duration_s), format_count(run.min_query_count),
                                     run.warm_up_s > 0.0 ? format_duration(run.warm_up_s) : "none", run.seed);
  if (!run.arrivals.empty()) {
    sentence += fmt::format("; {} arrivals", run.arrivals);
  }
  if (run.samples_per_query > 1) {
    sentence += fmt::format("; {} samples a query", format_count(run.samples_per_query));
  }
  return sentence;
}

std::string answered_sentence(const RunDocument& run) {
  std::string sentence = fmt::format("{} {} of {} samples in {}", format_count(run.query_count),
                                     run.query_count == 1 ? "query" : "queries", format_count(run.sample_count),
                                     format_duration(run.duration_s));
  for (const auto& [code, count] : run.errors) {
    sentence += fmt::format("; {} x {}", format_count(count), code);
  }
  return sentence;
}

std::string reading(const RunDocument& run, const char* path, const std::string& value) {
  if (!value.empty()) {
    return value;
  }
  const auto reason = run.not_available.find(path);
  return fmt::format("not available: {}",
                     reason == run.not_available.end() ? "this run did not read it" : reason->second);
}

std::string share(const std::optional<double>& value) { return value ? format_percent(*value) : ""; }

std::string cpu_list(const std::vector<int>& cpus) {
  return cpus.empty() ? "none" : fmt::format("{}", fmt::join(cpus, ", "));
}

void quiet_facts(Html& list, const RunDocument& run) {
  put_fact(list, "Taken by the hypervisor", reading(run, "quality.steal_share", share(run.steal_share)));
  put_fact(list, "Taken by other processes", reading(run, "quality.foreign_cpu_share", share(run.foreign_cpu_share)));
  put_fact(list, "Clocks disagreed by",
           reading(run, "quality.clock_disagreement_s",
                   run.clock_disagreement_s ? format_duration(*run.clock_disagreement_s) : ""));
}

void injected_facts(Html& list, const RunDocument& run) {
  if (run.interference.empty()) {
    put_fact(list, "Injected load", "none");
  }
  for (const DoseRecord& dose : run.interference) {
    // Without a reading the sentence gives the reason itself.
    const std::string reason = dose.achieved && !dose.reason.empty() ? ": " + dose.reason : "";
    put_fact(list, "Injected load", dose_sentence(dose) + (dose.delivered ? "" : "; not what was asked for" + reason));
  }
}

Html facts(const RunDocument& run) {
  Html list;
  list.put("<dl class=\"facts\">");
  put_fact(list, "Workload", fmt::format("{}, version {}", workload_title(run), run.workload_version));
  put_fact(list, "Asked for", asked_sentence(run));
  put_fact(list, "Came back", answered_sentence(run));
  put_fact(list, "Rate", rate_sentence(run));
  if (!is_one_batch(run)) {
    put_fact(list, "Latency window", window_sentence(run, Charset::utf8));
  }
  injected_facts(list, run);
  if (run.emulated) {
    put_fact(list, "Emulated clock", emulation_sentence(*run.emulated));
    put_fact(list, "Thermal envelope", envelope_sentence(*run.emulated));
  }
  if (run.remote) {
    put_fact(list, "Client", remote_sentence(*run.remote, Charset::utf8));
  }
  if (run.hedging) {
    put_fact(list, "Hedged queries", hedging_sentence(*run.hedging, Charset::utf8));
  }
  put_fact(list, "Lateness of the generator", lateness_sentence(run, Charset::utf8));
  put_fact(list, "Output check", run.output_check.empty() ? "not checked" : run.output_check);
  put_fact(list, "Placement",
           fmt::format("generator on CPU {}, work on CPU {}{}; {}", cpu_list(run.placement.issuing_cpus),
                       cpu_list(run.placement.worker_cpus),
                       run.placement.shared ? ", shared: lateness includes work" : "", run.placement.why));
  if (run.execution) {
    put_fact(list, "Threads and memory", execution_sentence(*run.execution));
  }
  quiet_facts(list, run);
  put_fact(list, "Watched", run.observer == "none" ? "by nobody while it measured" : run.observer);
  return list.put("</dl>");
}

void warnings(Html& section, const RunDocument& run) {
  const bool changed = !run.stored_hash.empty() && !run.hash_matches;
  if (run.warnings.empty() && !changed) {
    return;
  }
  section.put("<ul class=\"warnings\">");
  if (changed) {
    section.put(
        "<li><strong>Changed:</strong> the result file was edited after it was written; its hash does not "
        "match.</li>");
  }
  for (const std::string& warning : run.warnings) {
    section.put("<li><strong>Warning:</strong> ").text(warning).put("</li>");
  }
  section.put("</ul>");
}

}  // namespace

Html run_section(const RunDocument& run, std::string_view label, std::size_t number) {
  const std::string id = fmt::format("{}", number);
  Html section;
  section.put("<section class=\"run\" id=\"run-").text(id).put("\"><h2>").text(label).put(" ");
  section.put(verdict_chips(run)).put("</h2><p class=\"finding\">").text(finding_sentence(run, Charset::utf8));
  section.put("</p>");
  if (!run.invalid_reasons.empty()) {
    section.put(reasons_list(run));
  }
  warnings(section, run);
  if (is_one_batch(run)) {
    section.put(
        "<p class=\"aside\">Offline hands over all samples at once and waits for the last. That time is no latency of "
        "a request, so none is drawn or listed here; the service time below is that of each sample.</p>");
  } else {
    section.put("<div class=\"chart\" data-chart=\"histogram\" data-run=\"").text(id).put("\" hidden></div>");
  }
  section.put(latency_table(run))
      .put(facts(run))
      .put(frames_section(run))
      .put(serving_section(run))
      .put(soak_section(run, number));
  section.put(math_peek_section(run)).put(fleet_section(run)).put(attribution_section(run));
  return section.put("</section>");
}

}  // namespace assay
