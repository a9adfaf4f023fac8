#include "lab/flow/lab_verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/flow/audit_evidence.hpp"
#include "lab/flow/bundle_evidence.hpp"
#include "lab/flow/lab_export.hpp"
#include "lab/flow/lab_state.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/flow/shipped_flows.hpp"

namespace assay {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

/// The lines as they stood in the file, which canonical JSON gives back.
std::string ledger_text(const json& lines) {
  std::string text;
  for (const json& line : lines) {
    text += line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  }
  return text;
}

/// The flow that the lab began with: beside its ledger, or the one that comes with this program.
std::optional<std::string> flow_text_of(const LabBegin& begin, const VerifyRequest& request) {
  std::vector<std::string> texts;
  try {
    if (!request.folder.empty()) {
      texts.push_back(read_untrusted_file(request.folder / "flow.toml"));
    }
  } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): the folder may hold no flow
  }
  const auto names = shipped_flow_names();
  if (std::ranges::find(names, begin.track) != names.end()) {
    texts.push_back(find_flow(begin.track).text);
  }
  const auto same =
      std::ranges::find_if(texts, [&](const std::string& text) { return sha256_hex(text) == begin.flow_sha256; });
  return same == texts.end() ? std::nullopt : std::optional(*same);
}

/// Equal but for the last digits of numbers: those of a bundle are fitted anew, maybe by another mathematical library.
bool about_same(const json& a, const json& b) {
  constexpr double kSame = 1e-6;
  if (a.is_number_float() && b.is_number_float()) {
    const double x = a.get<double>();
    const double y = b.get<double>();
    return std::abs(x - y) <= kSame * std::max(std::abs(x), std::abs(y));
  }
  if (a.is_structured() && a.type() == b.type() && a.size() == b.size()) {
    for (const auto& [key, value] : a.items()) {
      const bool there = a.is_array() || b.contains(key);
      if (!there || !about_same(value, a.is_array() ? b.at(std::stoul(key)) : b.at(key))) {
        return false;
      }
    }
    return true;
  }
  return a == b;
}

/// A bundle's own file covers those in it.
std::string bundle_state(const LabRun& run, const fs::path& folder) {
  const LoadedBundle bundle = load_bundle(folder);
  if (!bundle.problems.empty()) {
    return "changed: " + bundle.problems.front();
  }
  return about_same(facts_json(bundle_facts(bundle)), facts_json(run.facts)) ? "as recorded"
                                                                             : "other figures than recorded";
}

/// Whether the file still says what the ledger took from it; a figure of another program version may be missing.
std::string facts_state(const LabRun& run, const std::string& text, const std::string& path) {
  try {
    if (run.facts.kind == "run") {
      const json now = facts_json(facts_of(run_document_from_json(text, path)));
      return now == facts_json(run.facts) ? "as recorded" : "other figures than recorded";
    }
    if (run.facts.kind == "bundle") {
      return bundle_state(run, fs::path(path).parent_path());
    }
    if (run.facts.kind == "audit") {
      return facts_json(audit_facts(text, path)) == facts_json(run.facts) ? "as recorded"
                                                                          : "other figures than recorded";
    }
    return "as recorded";
  } catch (const std::runtime_error&) {
    return "other figures than recorded";
  }
}

/// "/parts/0/runs/2/facts/valid": where the member first differs from what it has to be.
std::string place_of_difference(const json& shown, const json& expected, const std::string& member) {
  const std::string place = "/" + member;
  return shown.contains(member)
             ? place + json::diff(shown.at(member), expected.at(member)).front().at("path").get<std::string>()
             : place;
}

RunFileCheck check_file(const LabRun& run, const fs::path& folder) {
  RunFileCheck check{.file = run.file, .state = "missing"};
  const fs::path path = folder / run.file;
  std::error_code ignored;
  if (!stays_inside(run.file) || !fs::is_regular_file(fs::symlink_status(path, ignored))) {
    return check;
  }
  try {
    const std::string text = read_untrusted_file(path);
    check.state = sha256_hex(text) != run.sha256 ? "changed" : facts_state(run, text, path.string());
  } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): stays missing
  }
  return check;
}

/// Charts and pages beside a result; what is not at hand is left out, since they follow from the result.
std::vector<RunFileCheck> check_attachments(const LabRun& run, const fs::path& folder) {
  std::vector<RunFileCheck> checks;
  for (const auto& [name, digest] : run.attachments) {
    const auto file = attachment_file(run.file, name);
    std::error_code ignored;
    if (!file || !stays_inside(*file) || !fs::exists(fs::symlink_status(folder / *file, ignored))) {
      continue;
    }
    RunFileCheck check{.file = *file, .state = "as recorded"};
    try {
      (void)attachment_text(folder, run, name);
    } catch (const std::runtime_error&) {
      check.state = "changed";
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

class Verifier {
 public:
  Verifier(std::string_view text, const std::string& source, const VerifyRequest& request)
      : request_(request), value_(parse_untrusted_json(text, source, "an export of a lab")) {
    found_.source = source;
    const Field root(source, value_);
    const Field schema = root.member("schema");
    if (schema.text() != kLabSchema) {
      schema.fail(fmt::format("\"{}\": the JSON of assay lab export", kLabSchema));
    }
    (void)root.member("ledger").elements();
    found_.hash_matches = root.member("hash").text_or_empty() == content_hash(text);
    found_.draft = root.member("draft").boolean();
    found_.missing = root.member("missing").texts().size();
    broken_ = root.member("chain").member("problem").text_or_empty();
    found_.reading = ledger_from_text(ledger_text(value_.at("ledger")));
  }

  LabVerification verify() && {
    if (!found_.hash_matches) {
      fault("the file was changed after it was exported: its hash is another");
    }
    if (!broken_.empty()) {
      fault("the ledger's chain was broken when it was exported: " + broken_);
    }
    if (!found_.reading.intact()) {
      fault("the ledger's chain: " + found_.reading.problem);
    }
    if (found_.reading.entries.empty()) {
      fault("no line of the ledger holds");
      return std::move(found_);
    }
    for (const std::string& text : order_faults(found_.reading.entries)) {
      fault(text);
    }
    const auto* const begin = std::get_if<LabBegin>(&found_.reading.entries.front().body);
    take(*begin);
    compare_with_ledger(*begin);
    check_nonce();
    check_files();
    remark();
    return std::move(found_);
  }

 private:
  void fault(const std::string& text) { found_.problems.push_back(text); }

  void take(const LabBegin& begin) {
    found_.track = begin.track;
    found_.student = begin.student;
    found_.nonce = begin.nonce;
    found_.lab = begin.lab;
    found_.machine_class = begin.machine.machine_class;
    found_.short_duration = begin.duration;
  }

  /// Everything that an export shows follows from its lines and its flow: so it is made again and held beside it.
  void compare_with_ledger(const LabBegin& begin) {
    const auto flow_text = flow_text_of(begin, request_);
    if (!flow_text) {
      found_.remarks.emplace_back(
          "the flow that it was made with is not at hand, so what it shows could not be made "
          "again from its lines");
      return;
    }
    try {
      const FlowDefinition flow = flow_from_toml(*flow_text, "flow.toml");
      const LabState state(flow, found_.reading.entries);
      const json again = json::parse(lab_export_json(state, found_.reading, *flow_text, found_.draft, "").dump());
      bool same = true;
      for (const char* const member :
           {"parts", "decision", "missing", "nonce", "student", "lab", "track", "title", "window", "workload", "size",
            "machine", "begun", "flow_sha256", "short_duration"}) {
        if (!value_.contains(member) || value_.at(member) != again.at(member)) {
          same = false;
          fault(fmt::format("its own ledger says otherwise at {}", place_of_difference(value_, again, member)));
        }
      }
      found_.shows_its_ledger = same;
    } catch (const std::exception& error) {
      fault(fmt::format("its ledger makes no lab: {}", error.what()));
      found_.shows_its_ledger = false;
    }
  }

  void check_nonce() {
    if (request_.nonce) {
      found_.nonce_matches = *request_.nonce == found_.nonce;
      if (!*found_.nonce_matches) {
        fault(fmt::format("its nonce is {}, and {} was given out",
                          found_.nonce.empty() ? "empty" : "'" + found_.nonce + "'", *request_.nonce));
      }
    }
  }

  void check_files() {
    if (request_.folder.empty()) {
      found_.remarks.emplace_back("the run files were not at hand; --lab DIR names the folder of the lab");
      return;
    }
    for (const LedgerEntry& entry : found_.reading.entries) {
      if (const auto* const run = std::get_if<LabRun>(&entry.body)) {
        take(check_file(*run, request_.folder));
        std::ranges::for_each(check_attachments(*run, request_.folder),
                              [this](const RunFileCheck& check) { take(check); });
      }
    }
  }

  void take(const RunFileCheck& check) {
    found_.files.push_back(check);
    if (check.state == "missing") {
      found_.remarks.push_back(fmt::format("{} is missing", check.file));
    } else if (check.state != "as recorded") {
      fault(fmt::format("{}: {}", check.file, check.state));
    }
  }

  void remark() {
    if (found_.draft) {
      found_.remarks.emplace_back("it is a DRAFT");
    }
    if (!found_.short_duration.empty()) {
      found_.remarks.push_back(fmt::format("it is SHORT: each run lasted {}", found_.short_duration));
    }
    for (const LedgerEntry& entry : found_.reading.entries) {
      const auto* const lock = std::get_if<LabLock>(&entry.body);
      if (lock != nullptr && lock->runs_before > 0) {
        found_.remarks.push_back(fmt::format("line {}: {} of part {} was locked after a run had begun",
                                             entry.number + 1, lock->question, lock->part));
      }
      if (std::holds_alternative<LabNote>(entry.body)) {
        found_.remarks.push_back(fmt::format("line {}: {}", entry.number + 1, std::get<LabNote>(entry.body).text));
      }
    }
  }

  VerifyRequest request_;
  json value_;
  std::string broken_;
  LabVerification found_;
};

}  // namespace

LabVerification verify_lab(std::string_view text, const std::string& source, const VerifyRequest& request) {
  return Verifier(text, source, request).verify();
}

}  // namespace assay
