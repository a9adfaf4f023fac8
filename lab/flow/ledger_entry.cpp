#include "lab/flow/ledger_entry.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/json_values.hpp"
#include "analysis/run_file.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {
namespace {

using nlohmann::json;

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json body_json(const LabBegin& begin) {
  return {
      {"lab", begin.lab},
      {"track", begin.track},
      {"flow_sha256", begin.flow_sha256},
      {"duration", or_null(begin.duration)},
      {"nonce", or_null(begin.nonce)},
      {"student", or_null(begin.student)},
      {"machine", {{"label", begin.machine.label}, {"id", begin.machine.id}, {"class", begin.machine.machine_class}}},
      {"tool", begin.tool}};
}

json body_json(const LabLock& lock) {
  return {{"part", lock.part},
          {"question", lock.question},
          {"answer", lock.number ? json(*lock.number) : json(lock.choice)},
          {"because", lock.because},
          {"sure", lock.sure},
          {"nonce", or_null(lock.nonce)},
          {"runs_before", lock.runs_before}};
}

json body_json(const LabStart& start) {
  return {{"part", start.part},         {"run", start.run},       {"size", or_null(start.size)},
          {"controls", start.controls}, {"number", start.number}, {"locks", start.locks}};
}

json body_json(const LabRun& run) {
  json out = body_json(run.start);
  out["start"] = run.start_hash;
  out["file"] = run.file;
  out["sha256"] = run.sha256;
  out["command"] = run.command;
  out["facts"] = facts_json(run.facts);
  if (!run.attachments.empty()) {  // lines of before there were any read back as they are
    out["attachments"] = run.attachments;
  }
  return out;
}

json body_json(const LabReflection& reflection) { return {{"part", reflection.part}, {"texts", reflection.texts}}; }

json body_json(const LabDecision& decision) {
  return {{"metric", decision.metric},       {"decision", decision.decision}, {"binding", decision.binding},
          {"guardrail", decision.guardrail}, {"rejected", decision.rejected}, {"why_rejected", decision.why_rejected},
          {"scope", decision.scope},         {"risk", decision.risk},         {"memo", decision.memo}};
}

json body_json(const LabExport& what) { return {{"draft", what.draft}, {"files", what.files}}; }

json body_json(const LabNote& note) {
  return {{"text", note.text}, {"file", or_null(note.file)}, {"sha256", or_null(note.sha256)}};
}

std::map<std::string, std::string> read_texts(const Field& field) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : field.members()) {
    texts[key] = value.text();
  }
  return texts;
}

std::size_t read_part(const Field& root) {
  constexpr std::uint64_t kParts = 3;
  const Field field = root.member("part");
  const std::uint64_t part = field.count();
  if (part < 1 || part > kParts) {
    field.fail("a part from 1 to 3");
  }
  return part;
}

LabBegin read_begin(const Field& root) {
  const Field machine = root.member("machine");
  return {.lab = root.member("lab").text(),
          .track = root.member("track").text(),
          .flow_sha256 = root.member("flow_sha256").text(),
          .duration = root.member("duration").text_or_empty(),
          .nonce = root.member("nonce").text_or_empty(),
          .student = root.member("student").text_or_empty(),
          .machine = {.label = machine.member("label").text(),
                      .id = machine.member("id").text(),
                      .machine_class = machine.member("class").text()},
          .tool = root.member("tool").text()};
}

LabLock read_lock(const Field& root) {
  const Field answer = root.member("answer");
  LabLock lock{.part = read_part(root),
               .question = root.member("question").text(),
               .because = root.member("because").text(),
               .sure = root.member("sure").boolean(),
               .nonce = root.member("nonce").text_or_empty(),
               .runs_before = root.member("runs_before").count()};
  if (answer.is_number()) {
    lock.number = answer.number();
  } else {
    lock.choice = answer.text();
  }
  return lock;
}

LabStart read_start(const Field& root) {
  LabStart start{.part = read_part(root),
                 .run = root.member("run").text(),
                 .size = root.member("size").text_or_empty(),
                 .controls = {},
                 .number = root.member("number").count(),
                 .locks = root.member("locks").texts()};
  for (const auto& [id, value] : root.member("controls").members()) {
    start.controls[id] = value.number();
  }
  return start;
}

std::map<std::string, std::string> read_attachments(const Field& field) {
  if (field.absent()) {
    return {};
  }
  std::map<std::string, std::string> attachments = read_texts(field);
  if (attachments.empty()) {
    field.fail("an attachment, or no such member");
  }
  return attachments;
}

LabRun read_run(const Field& root) {
  return {.start = read_start(root),
          .start_hash = root.member("start").text(),
          .file = root.member("file").text(),
          .sha256 = root.member("sha256").text(),
          .command = root.member("command").text(),
          .facts = read_facts(root.member("facts")),
          .attachments = read_attachments(root.member("attachments"))};
}

LabDecision read_decision(const Field& root) {
  return {.metric = root.member("metric").text(),
          .decision = root.member("decision").text(),
          .binding = root.member("binding").text(),
          .guardrail = root.member("guardrail").text(),
          .rejected = root.member("rejected").text(),
          .why_rejected = root.member("why_rejected").text(),
          .scope = root.member("scope").text(),
          .risk = root.member("risk").text(),
          .memo = root.member("memo").text()};
}

LedgerBody read_body(const Field& root) {
  const Field kind = root.member("kind");
  const std::string name = kind.text();
  if (name == "begin") {
    return read_begin(root);
  }
  if (name == "lock") {
    return read_lock(root);
  }
  if (name == "start") {
    return read_start(root);
  }
  if (name == "run") {
    return read_run(root);
  }
  if (name == "reflect") {
    return LabReflection{.part = read_part(root), .texts = read_texts(root.member("texts"))};
  }
  if (name == "decide") {
    return read_decision(root);
  }
  if (name == "export") {
    return LabExport{.draft = root.member("draft").boolean(), .files = read_texts(root.member("files"))};
  }
  if (name != "note") {
    kind.fail("begin, lock, start, run, reflect, decide, export or note");
  }
  return LabNote{.text = root.member("text").text(),
                 .file = root.member("file").text_or_empty(),
                 .sha256 = root.member("sha256").text_or_empty()};
}

}  // namespace

std::string_view kind_of(const LedgerBody& body) {
  struct Name {
    std::string_view operator()(const LabBegin& /*body*/) const { return "begin"; }
    std::string_view operator()(const LabLock& /*body*/) const { return "lock"; }
    std::string_view operator()(const LabStart& /*body*/) const { return "start"; }
    std::string_view operator()(const LabRun& /*body*/) const { return "run"; }
    std::string_view operator()(const LabReflection& /*body*/) const { return "reflect"; }
    std::string_view operator()(const LabDecision& /*body*/) const { return "decide"; }
    std::string_view operator()(const LabExport& /*body*/) const { return "export"; }
    std::string_view operator()(const LabNote& /*body*/) const { return "note"; }
  };
  return std::visit(Name{}, body);
}

std::string short_hash(std::string_view hash) {
  constexpr std::string_view kPrefix = "sha256:";
  constexpr std::size_t kDigits = 4;
  const std::string_view digits = hash.starts_with(kPrefix) ? hash.substr(kPrefix.size()) : hash;
  return "#" + std::string(digits.substr(0, kDigits));
}

std::string ledger_line(const LedgerEntry& entry) {
  json out = std::visit([](const auto& body) { return body_json(body); }, entry.body);
  out["schema"] = kLedgerSchema;
  out["n"] = entry.number;
  out["kind"] = kind_of(entry.body);
  out["time"] = entry.time;
  out["prev"] = or_null(entry.prev);
  const std::string canonical = canonical_json(out.dump(-1, ' ', false, json::error_handler_t::replace));
  out = json::parse(canonical);
  out["hash"] = content_hash(canonical);
  return out.dump();
}

LedgerEntry ledger_entry_from(std::string_view line, std::string_view source) {
  const json value = parse_untrusted_json(line, source, "a line of a ledger");
  const Field root(source, value);
  const Field schema = root.member("schema");
  if (schema.text() != kLedgerSchema) {
    schema.fail(fmt::format("\"{}\"", kLedgerSchema));
  }
  LedgerEntry entry{.number = root.member("n").count(),
                    .time = root.member("time").text(),
                    .prev = root.member("prev").text_or_empty(),
                    .hash = root.member("hash").text(),
                    .body = read_body(root)};
  // Byte for byte, so that nothing can hide in white space or behind a key that is there twice.
  if (value.dump(-1, ' ', false, json::error_handler_t::replace) != line) {
    throw std::runtime_error(fmt::format("{}: is not as this program writes lines: it was edited", source));
  }
  if (entry.hash != content_hash(line)) {
    throw std::runtime_error(fmt::format("{}: was changed after it was written: its hash is another", source));
  }
  return entry;
}

}  // namespace assay
