#include "tests/lab/sample_lab.hpp"

#include <algorithm>

#include "harness/digest.hpp"
#include "lab/flow/audit_evidence.hpp"

namespace assay::test_support {

std::string small_flow() {
  return R"(track = "small"
title = "Small"
persona = "tester"
north_star = "an answer"
crisis = "none"
claim = "it is fast"
stakeholder = "Tester"
window = "100ms@p99"
workload = "gemm"
parameters = ["n=32"]
metric = "p99"

[[parts]]
title = "Scenarios"
objective = "See them."
situation = ["One line."]
[[parts.questions]]
id = "scenario"
text = "Which one?"
key = "multi"
runs = ["single", "offline"]
explain = ["Because they come together."]
options = [{ id = "single", text = "SingleStream" }, { id = "multi", text = "MultiStream" }]
reasons = [{ id = "together", text = "together" }, { id = "alone", text = "alone" }]
[[parts.questions]]
id = "missed"
text = "How many?"
unit = "%"
lower = 0
upper = 100
figure = "missed_share"
runs = ["cameras"]
reasons = [{ id = "queue", text = "they queue" }]
[[parts.controls]]
id = "rate"
title = "Arrival rate"
flag = "rate"
unit = "queries/s"
lower = 1
upper = 5000
start = 100
logarithmic = true
[[parts.runs]]
id = "single"
title = "alone"
duration = "60ms"
flags = { scenario = "single", warmup = "5ms", min-queries = "20" }
[[parts.runs]]
id = "server"
title = "at random"
duration = "60ms"
optional = true
controls = ["rate"]
flags = { scenario = "server", warmup = "5ms", min-queries = "5" }
[[parts.runs]]
id = "offline"
title = "at once"
duration = "60ms"
flags = { scenario = "offline", warmup = "5ms" }
[[parts.runs]]
id = "cameras"
title = "together"
duration = "200ms"
flags = { scenario = "server", arrivals = "cameras:2x30:aligned", slo = "10ms", warmup = "5ms", min-queries = "5" }
[[parts.reflections]]
id = "goodhart"
text = "Why?"

[[parts]]
title = "Tail"
objective = "Find it."
situation = ["One line."]
[[parts.questions]]
id = "p99"
text = "Mean 10 ms, deviation 5 ms: the P99?"
unit = "ms"
lower = 10
upper = 200
figure = "p99_at_10_5"
runs = ["load"]
explain = ["A normal law says 21.6 ms."]
reasons = [{ id = "normal", text = "bell" }, { id = "heavy", text = "stalls" }]
[[parts.controls]]
id = "noise"
title = "Noise"
flag = "noise"
value = "{}x1ms"
unit = "bursts/s"
lower = 0
upper = 200
start = 0
[[parts.runs]]
id = "load"
title = "beside load"
duration = "60ms"
most = 10
controls = ["noise"]
flags = { scenario = "single", warmup = "5ms", min-queries = "20", threads = "1" }
[[parts.reflections]]
id = "fleet"
text = "Why for a fleet?"

[[parts]]
title = "Audit"
objective = "Compare."
situation = ["One line."]
[[parts.questions]]
id = "peak"
text = "The higher peak?"
key = "no"
runs = ["audit"]
options = [{ id = "yes", text = "yes" }, { id = "no", text = "not necessarily" }]
reasons = [{ id = "intensity", text = "intensity" }]
[[parts.runs]]
id = "audit"
title = "two systems"
kind = "file"
[[parts.reflections]]
id = "marketing"
text = "What did you put aside?"
)";
}

std::string small_systems_flow() {
  std::string flow = small_flow();
  const std::string file = "title = \"two systems\"\nkind = \"file\"\n";
  return flow.replace(flow.find("id = \"audit\"\n" + file), file.size() + 13, R"(id = "system_a"
title = "tall"
kind = "suite"
suite = "lab"
envelope = "starved"
[[parts.runs]]
id = "system_b"
title = "wide"
kind = "suite"
suite = "lab"
envelope = "narrow"
[[parts.runs]]
id = "audit"
title = "tall against wide"
kind = "audit"
[[parts.runs]]
id = "audit_file"
title = "made elsewhere"
kind = "file"
optional = true
)");
}

std::string small_audit() {
  return R"({"schema":"assay/audit/1","withheld":null,"verdict":"B delivers 1.8 x of A.","memo":["Buy B."],
"systems":[{"letter":"A","name":"wide","kind":"measured","roofs":{"peak":{"point_per_s":2e12,"lower_per_s":1.9e12,
"upper_per_s":2.1e12,"confidence":0.95,"reason":null},"bandwidth":null},"throughput":{"point_samples_per_s":100,
"lower_samples_per_s":90,"upper_samples_per_s":110,"confidence":0.95,"reason":null}},
{"letter":"B","name":"fed","kind":"datasheet","roofs":{"reason":"none"},"throughput":null}],
"pairs":[{"a":"A","b":"B","throughput_ratio":{"point":1.8,"lower":1.7,"upper":1.9,"confidence":0.95,"reason":null},
"crossover":null}]})";
}

SampleLab::SampleLab(const std::string& nonce, const std::string& flow) : flow_(flow_from_toml(flow, "small.toml")) {
  add(LabBegin{.lab = "01JD00000000000000000000AA",
               .track = "small",
               .flow_sha256 = sha256_hex(flow),
               .duration = "",
               .nonce = nonce,
               .student = "Ada",
               .machine = {.label = "lab-1", .id = "k:1", .machine_class = "c:1"},
               .tool = "0.1.0"});
}

const LedgerEntry& SampleLab::add(LedgerBody body) {
  const LedgerEntry entry{.number = entries_.size(),
                          .time = "2026-11-24T03:12:09Z",
                          .prev = entries_.empty() ? "" : entries_.back().hash,
                          .hash = "",
                          .body = std::move(body)};
  entries_.push_back(ledger_entry_from(ledger_line(entry), "sample"));
  return entries_.back();
}

const LedgerEntry& SampleLab::lock(std::size_t part, const std::string& question, const std::string& choice) {
  LabLock lock{.part = part, .question = question, .choice = choice, .number = {}, .because = "together"};
  lock.nonce = state().begin().nonce;
  lock.runs_before = state().starts(part).size();
  return add(lock);
}

const LedgerEntry& SampleLab::lock(std::size_t part, const std::string& question, double number) {
  LabLock lock{.part = part, .question = question, .choice = "", .number = number, .because = "queue", .sure = true};
  lock.nonce = state().begin().nonce;
  lock.runs_before = state().starts(part).size();
  return add(lock);
}

const LedgerEntry& SampleLab::run(std::size_t part, const std::string& run,
                                  const std::map<std::string, double>& figures,
                                  const std::map<std::string, double>& controls) {
  const LabStart start{.part = part,
                       .run = run,
                       .size = "",
                       .controls = controls,
                       .number = 1 + state().made(part, run),
                       .locks = state().graded_locks(part)};
  LabRun made{.start = start,
              .start_hash = add(start).hash,
              .file = "runs/" + run + ".run.json",
              .sha256 = sha256_hex(run),
              .command = "assay run gemm",
              .facts = {},
              .attachments = {}};
  made.facts.kind = "run";
  made.facts.what = "gemm, " + run;
  for (const auto& [name, value] : figures) {
    made.facts.figures[name] = {.point = value, .lower = {}, .upper = {}, .reason = "a sample"};
  }
  for (const auto& [id, value] : controls) {
    if (value > 0.0) {
      made.facts.doses.push_back(
          {.knob = id, .unit = "bursts/s", .requested = value, .achieved = value, .delivered = true});
    }
  }
  return add(made);
}

const LedgerEntry& SampleLab::system(const std::string& run, bool interrupted) {
  const LabStart start{.part = 3,
                       .run = run,
                       .size = "",
                       .controls = {},
                       .number = 1 + state().made(3, run),
                       .locks = state().graded_locks(3)};
  LabRun made{.start = start,
              .start_hash = add(start).hash,
              .file = "runs/" + run + "-1/bundle.json",
              .sha256 = sha256_hex(run),
              .command = "assay suite lab",
              .facts = {},
              .attachments = {}};
  made.facts.kind = "bundle";
  made.facts.what = "ENVELOPE " + run;
  made.facts.interrupted = interrupted;
  made.facts.honest = !interrupted;
  made.facts.figures["peak"] = {.point = 2e12, .lower = 1.9e12, .upper = 2.1e12};
  return add(made);
}

const LedgerEntry& SampleLab::audit(const std::map<std::string, std::string>& attachments) {
  const LabStart start{.part = 3,
                       .run = "audit",
                       .size = "",
                       .controls = {},
                       .number = 1 + state().made(3, "audit"),
                       .locks = state().graded_locks(3)};
  LabRun made{.start = start,
              .start_hash = add(start).hash,
              .file = "runs/audit-1.audit.json",
              .sha256 = sha256_hex(small_audit()),
              .command = "assay audit runs/system_a-1 runs/system_b-1 --json",
              .facts = audit_facts(small_audit(), "audit.json"),
              .attachments = attachments};
  return add(made);
}

std::string SampleLab::text() const {
  std::string text;
  for (const LedgerEntry& entry : entries_) {
    text += ledger_line(entry) + "\n";
  }
  return text;
}

void SampleLab::complete() {
  lock(1, "scenario", "multi");
  lock(1, "missed", 20.0);
  run(1, "single", {{"mean_s", 0.001}, {"sd_s", 0.0005}, {"p99_s", 0.003}});
  run(1, "offline", {{"samples_per_s", 1234.5}});
  run(1, "cameras", {{"missed_share", 0.5}});
  lock(2, "p99", 25.0);
  run(2, "load", {{"mean_s", 0.002}, {"sd_s", 0.001}, {"p99_s", 0.0056}});
  lock(3, "peak", "no");
  run(3, "audit", {});
  add(LabReflection{.part = 1, .texts = {{"goodhart", "A target is no measure."}}});
  add(LabReflection{.part = 2, .texts = {{"fleet", "1-(1-p)^N."}}});
  add(LabReflection{.part = 3, .texts = {{"marketing", "The peak."}}});
  add(LabDecision{.metric = "p99",
                  .decision = "B",
                  .binding = "bandwidth",
                  .guardrail = "accuracy",
                  .rejected = "A at batch 8",
                  .why_rejected = "its tail",
                  .scope = "this machine",
                  .risk = "heat",
                  .memo = "Buy B."});
}

}  // namespace assay::test_support
