#include "analysis/report_html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/report_assets.hpp"
#include "analysis/report_labels.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  if (from == std::string::npos) {
    return "";
  }
  const auto start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++n;
  }
  return n;
}

json data_of(const std::string& page) {
  return json::parse(between(page, "<script type=\"application/json\" id=\"assay-data\">", "</script>"));
}

/// The part of the page that is read without JavaScript.
std::string body_of(const std::string& page) { return between(page, "<body>", "<script type="); }

TEST(ReportHtml, PolicyAdmitsExactlyTheInlineScriptAndStyle) {
  const std::string page = report_html(sample_runs(), {});
  const std::string script = between(page, "<script>", "</script>");
  const std::string style = between(page, "<style>", "</style>");
  EXPECT_EQ(script, report_script());
  EXPECT_GT(style.size(), 100U);
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  EXPECT_EQ(policy, "default-src 'none'; script-src 'sha256-" + sha256_base64(script) + "'; style-src 'sha256-" +
                        sha256_base64(style) + "'; base-uri 'none'; form-action 'none'");
}

TEST(ReportHtml, AsksForNothingFromOutside) {
  const std::string page = report_html(sample_runs(), {});
  for (const char* outside : {"src=", "url(", "@import", "<link", "<iframe", "style=\"", "onload", "onclick"}) {
    EXPECT_THAT(body_of(page), Not(HasSubstr(outside))) << outside;
    EXPECT_THAT(std::string(report_style()), Not(HasSubstr(outside))) << outside;
  }
  EXPECT_EQ(occurrences(std::string(report_script()), "import "), 0U);
  EXPECT_EQ(occurrences(std::string(report_script()), "\nexport "), 0U);
  EXPECT_EQ(occurrences(std::string(report_script()), "</"), 0U);
}

TEST(ReportHtml, HoldsTheResultFilesThemselves) {
  const auto runs = sample_runs();
  const json data = data_of(report_html(runs, {}));
  ASSERT_EQ(data["runs"].size(), runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(data["runs"][i], json::parse(to_json(runs[i])));
    EXPECT_TRUE(run_document_from_json(data["runs"][i].dump(), "embedded").hash_matches);
  }
}

TEST(ReportHtml, ReadsWithoutJavaScript) {
  ReportOptions options{.machine_verdict = "fine for throughput",
                        .notes = {"No power was read."},
                        .glossary = {{.term = "P99", .definition = "not exceeded by 99 of 100"}}};
  const std::string body = body_of(report_html(sample_runs(), options));
  for (const char* text :
       {"<h1>mlp on lab3-07</h1>", "fine for throughput", "No power was read.", "<dt>P99</dt><dd>not exceeded by 99",
        "✗ INVALID", "P99 latency 11.9 ms is above the window of 10.0 ms",
        "Next: <code>assay peak mlp --slo 10ms</code>", "P90 latency (early stopping)", "asked 400 queries/s",
        "ok 3.1e-06 (bound 1e-05), 256 sampled", "Not visible here", "governor: no cpufreq in this virtual machine",
        "24,576 samples came as one query", "98.2 % [97.8, 98.6] of the queries were within the window of 10.0 ms",
        "<noscript>", "Example Xeon"}) {
    EXPECT_THAT(body, HasSubstr(text)) << text;
  }
}

// The batch's completion time is no request latency: the Offline section lists service times only.
TEST(ReportHtml, OfflineShowsNoRequestLatency) {
  const std::string body = body_of(report_html(sample_runs(), {}));
  const std::string offline = between(body, "id=\"run-4\"", "</section>");
  EXPECT_THAT(offline, Not(HasSubstr("Latency, per query")));
  EXPECT_THAT(offline, Not(HasSubstr("data-chart")));
  EXPECT_THAT(offline, HasSubstr("Service time, per sample"));
  EXPECT_EQ(occurrences(body, "none per request"), 3U);
}

TEST(ReportHtml, SyntheticIsSaidWhereverItsNumbersStand) {
  const RunDocument run = golden_run();
  const std::string body = body_of(report_html({&run, 1}, {}));
  EXPECT_THAT(body, HasSubstr("drawn from a law"));
  for (const auto& [begin, end] :
       {std::pair{"id=\"findings\"", "</section>"}, std::pair{"id=\"overview\"", "</section>"},
        std::pair{"id=\"run-1\"", "</h2>"}, std::pair{"<table class=\"stack\"><thead><tr>", "</tr>"}}) {
    EXPECT_THAT(between(body, begin, end), AllOf(HasSubstr("SYNTHETIC"), HasSubstr("EMULATED phone"))) << begin;
  }
  EXPECT_THAT(body, HasSubstr("was lowered by a model of a device that heats up: phone (assumed, not measured)"));
  EXPECT_THAT(body_of(report_html(sample_runs(), {})), Not(AnyOf(HasSubstr("SYNTHETIC"), HasSubstr("EMULATED"))));
}

TEST(ReportHtml, InjectedLoadStandsBesideTheVerdict) {
  const auto runs = dose_runs();
  const std::string body = body_of(report_html(runs, {}));
  for (const auto& [begin, end] : {std::pair{"id=\"findings\"", "</section>"},
                                   std::pair{"id=\"overview\"", "</section>"}, std::pair{"id=\"run-3\"", "</h2>"}}) {
    EXPECT_THAT(between(body, begin, end),
                HasSubstr("<span class=\"chip load\">+ noise 80 bursts/s of 1.00 ms</span>"));
  }
  EXPECT_THAT(between(body, "id=\"run-5\"", "</h2>"),
              HasSubstr("+ noise 320 bursts/s of 1.00 ms, not as asked</span>"));
  EXPECT_THAT(between(body, "id=\"run-1\"", "</h2>"), Not(HasSubstr("chip load")));
  EXPECT_THAT(between(body, "id=\"overview\"", "</section>"), HasSubstr("data-chart=\"dose\""));
}

TEST(ReportHtml, EachDoseIsAFactAskedAndDelivered) {
  const auto fact_of = [](const std::string& page, const char* section) {
    return between(between(page, section, "</section>"), "<dt>Injected load</dt><dd>", "</dd>");
  };
  const std::string page = report_html(dose_runs(), {});
  EXPECT_EQ(fact_of(page, "id=\"run-1\""), "none");
  EXPECT_EQ(fact_of(page, "id=\"run-3\""),
            "noise: 80 bursts/s of 1.00 ms asked, 79.5 bursts/s delivered, 8.0 % of the CPU (CPU 0, SCHED_FIFO 60)");
  EXPECT_THAT(fact_of(page, "id=\"run-5\""),
              HasSubstr("not what was asked for: the real-time limit of the kernel held the bursts back"));
  const RunDocument two = golden_run();
  const std::string golden = report_html({&two, 1}, {});
  EXPECT_EQ(occurrences(golden, "<dt>Injected load</dt>"), 2U);
  EXPECT_THAT(golden, HasSubstr("delivered: not available, the injector on CPU 1 was gone before the end"));
}

TEST(ReportHtml, MathPeekFleetAndCausesAreTables) {
  const RunDocument run = golden_run();
  const std::string section = between(report_html({&run, 1}, {}), "id=\"run-1\"", "</section>");
  for (const char* text :
       {"<td data-label=\"P99 it gives\">4.10 ms</td><td data-label=\"Ratio to measured\">0.46 x</td>"
        "<td data-label=\"Queries above it\">17.0 %</td>",
        "<p>too low: more than 1 % of the queries were hit</p>",
        "100 devices</th><td data-label=\"Probability\">63.4 %</td><td data-label=\"Upper limit\">86.7 %</td>",
        "Even odds of one failure at 69 devices, at the limit already at 35.",
        "run-queue wait</th><td data-label=\"Excess time\">7.00 ms</td><td data-label=\"Share\">89.7 %</td>"
        "<td data-label=\"Largest part of\">1 query</td>",
        "Time ready and without a CPU: not available, switched off", "of 1 slow queries there is no account"}) {
    EXPECT_THAT(section, HasSubstr(text)) << text;
  }
  EXPECT_EQ(occurrences(section, "EMULATED phone</span></h3>"), 6U);
}

TEST(ReportHtml, ACauseOfNothingIsLeftOutButNotTheUnattributed) {
  RunDocument run = dose_runs().at(0);
  run.attribution->causes.back() = {.name = "unattributed", .excess_s = 0.0, .query_count = 0};
  const std::string section = between(report_html({&run, 1}, {}), "Who made the slow", "</section>");
  EXPECT_THAT(section, Not(HasSubstr("generator")));
  EXPECT_THAT(section, HasSubstr("unattributed</th><td data-label=\"Excess time\">0 s</td>"));
}

TEST(ReportHtml, WhatIsAbsentOfTheTailHasAReason) {
  RunDocument run = golden_run();
  run.math_peek.reset();
  run.fleet.reset();
  run.emulated.reset();
  run.attribution.reset();
  run.slo_s.reset();
  const std::string section = between(report_html({&run, 1}, {}), "id=\"run-1\"", "</section>");
  EXPECT_THAT(section, HasSubstr("not available: 1 of 6 queries never completed, so the mean is infinite"));
  EXPECT_THAT(section, HasSubstr("not available: no latency window was asked for"));
  EXPECT_THAT(section, HasSubstr("not available: no query was above the percentile"));
  const std::string page = report_html(sample_runs(), {});
  EXPECT_EQ(occurrences(between(page, "id=\"run-4\"", "</section>"), "not available: one query that holds everything"),
            3U);
}

TEST(ReportHtml, HostileTextStaysText) {
  RunDocument run = golden_run();
  const std::string hostile = kHostileLabel + "\x1b[31m\xE2\x80\xAE\xff";
  run.workload = run.output_check = run.metric_name = run.tool.compiler = run.id = run.created = hostile;
  run.machine_identity = {.label = hostile, .id = hostile, .machine_class = hostile};
  run.machine.cpu_model = run.machine.virtualization = run.placement.why = run.observer = hostile;
  run.machine.not_visible = run.warnings = {hostile};
  run.workload_parameters = {{hostile, hostile}};
  run.invalid_reasons = {{.code = hostile, .message = hostile, .remedy = hostile}};
  run.errors = {{hostile, 1}};
  run.latency.percentiles_s["p50"].reason = hostile;
  run.not_available = {{"quality.foreign_cpu_share", hostile}};
  for (DoseRecord& dose : run.interference) {
    dose.knob = dose.unit = dose.source = dose.scheduling = dose.reason = hostile;
  }
  run.math_peek->rows[0].name = run.math_peek->finding = hostile;
  run.attribution->causes[0].name = run.not_available["result.attribution.waited_share"] = hostile;
  run.conditions.findings = {{.check = hostile,
                              .state = CheckState::warn,
                              .fact = hostile,
                              .consequence = hostile,
                              .source = hostile,
                              .remedy = hostile,
                              .undo = hostile}};
  const ReportOptions options{.title = hostile,
                              .machine_verdict = hostile,
                              .notes = {hostile},
                              .glossary = {{.term = hostile, .definition = hostile}}};
  const std::string page = report_html({&run, 1}, options);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE[31m")));
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  // One block of data, one script: nothing in the data ended its block early.
  EXPECT_EQ(occurrences(page, "</script>"), 2U);
  EXPECT_EQ(occurrences(page, "<script"), 2U);
  for (const char* place : {"chip load", "<dt>Injected load</dt>", "P99 it gives", "Who made the slow queries slow"}) {
    EXPECT_THAT(page.substr(page.find(place), 2000), HasSubstr("&lt;/script&gt;&lt;img")) << place;
  }
  EXPECT_EQ(data_of(page)["runs"][0]["machine"]["cpu"]["model"].get<std::string>().substr(0, kHostileLabel.size()),
            kHostileLabel);
}

TEST(ReportHtml, AChangedFileIsNamed) {
  RunDocument run = sample_runs().at(0);
  run.stored_hash = "sha256:0";
  run.hash_matches = false;
  EXPECT_THAT(report_html({&run, 1}, {}), HasSubstr("the result file was edited after it was written"));
}

TEST(ReportHtml, EveryMachineAndEachFindingOnce) {
  std::vector<RunDocument> runs = sample_runs();
  runs[1].conditions.findings[1].fact = "12 % of the CPU time in the last 10 s";
  runs[3].machine_identity = {.label = "lab3-08", .id = "k:77aa01", .machine_class = "c:51aa20"};
  const std::string machine = between(report_html(runs, {}), "id=\"machine\"", "</section>");
  EXPECT_EQ(occurrences(machine, "<h3>lab3-07</h3>"), 1U);
  EXPECT_EQ(occurrences(machine, "<h3>lab3-08</h3>"), 1U);
  EXPECT_EQ(occurrences(machine, "kvm guest"), 2U);
  EXPECT_THAT(machine, HasSubstr("12 % of the CPU time in the last 10 s<span class=\"small\">in MultiStream"));
}

TEST(ReportHtml, IsDeterministicAndNeedsARun) {
  EXPECT_EQ(report_html(sample_runs(), {}), report_html(sample_runs(), {}));
  EXPECT_THROW((void)report_html({}, {}), std::invalid_argument);
}

TEST(ReportHtml, StaysWithinItsBudget) { EXPECT_LT(report_html(sample_runs(), {}).size(), 150'000U); }

TEST(RunLabels, NameWhatDiffers) {
  std::vector<RunDocument> runs = sample_runs();
  EXPECT_THAT(run_labels(runs), ElementsAre("SingleStream", "MultiStream", "Server", "Offline"));
  runs = {runs[0], runs[0], runs[1]};
  EXPECT_THAT(run_labels(runs), ElementsAre("SingleStream #1", "SingleStream #2", "MultiStream"));
  runs[1].machine_identity.label = "lab3-08";
  EXPECT_THAT(run_labels(runs), ElementsAre("SingleStream, lab3-07", "SingleStream, lab3-08", "MultiStream, lab3-07"));
  runs = dose_runs();
  runs.resize(2);
  EXPECT_THAT(run_labels(runs), ElementsAre("Server, no injected load", "Server, noise 40 bursts/s"));
  runs[0].interference = runs[1].interference;
  runs[0].interference[0].length_requested_s = 0.004;
  EXPECT_THAT(run_labels(runs),
              ElementsAre("Server, noise 40 bursts/s of 4.00 ms", "Server, noise 40 bursts/s of 1.00 ms"));
  runs = sample_runs();
  runs.resize(3);
  runs[1].scenario = runs[0].scenario = "server";
  runs[0].rate_target_hz = 400.0;
  runs[1].rate_target_hz = 800.0;
  EXPECT_THAT(run_labels(std::span(runs).first(2)), ElementsAre("Server at 400 queries/s", "Server at 800 queries/s"));
  runs[1].rate_target_hz = 400.0;
  runs[1].workload_parameters = {{"batch", "8"}};
  runs[0].workload_parameters = {{"batch", "1"}};
  EXPECT_THAT(run_labels(std::span(runs).first(2)), ElementsAre("Server (batch=1)", "Server (batch=8)"));
}

}  // namespace
}  // namespace assay
