#include "analysis/selftest_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/json_values.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_pretty.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

constexpr std::array kVerdicts{SelftestVerdict::pass, SelftestVerdict::fail, SelftestVerdict::not_possible};
constexpr std::size_t kMostChecks = 1000;

ordered_json check_json(const SelftestCheck& check) {
  ordered_json json{{"id", check.id},
                    {"title", check.title},
                    {"unit", check.unit},
                    {"truth", json_number(check.truth)},
                    {"measured", estimate_json(check.measured, "")},
                    {"verdict", name_of(check.verdict)},
                    {"evidence", check.evidence}};
  json["runs"] = check.runs.judged + check.runs.disturbed == 0
                     ? ordered_json(nullptr)
                     : ordered_json{{"judged", check.runs.judged},
                                    {"inside_strict", check.runs.inside_strict},
                                    {"inside_published", check.runs.inside_published},
                                    {"disturbed", check.runs.disturbed}};
  return json;
}

SelftestVerdict read_verdict(const Field& field) {
  const std::string name = field.text();
  const auto* const found =
      std::ranges::find_if(kVerdicts, [&](SelftestVerdict verdict) { return name == name_of(verdict); });
  if (found == kVerdicts.end()) {
    field.fail("PASS, FAIL or NOT POSSIBLE HERE");
  }
  return *found;
}

SelftestCheck read_check(const Field& field) {
  SelftestCheck check{.id = field.member("id").text(),
                      .title = field.member("title").text(),
                      .unit = field.member("unit").text(),
                      .truth = field.member("truth").optional_number(),
                      .measured = read_estimate(field.member("measured"), ""),
                      .verdict = read_verdict(field.member("verdict")),
                      .evidence = field.member("evidence").text(),
                      .runs = {}};
  if (const Field runs = field.member("runs"); !runs.absent()) {
    check.runs = {.judged = runs.member("judged").count(),
                  .inside_strict = runs.member("inside_strict").count(),
                  .inside_published = runs.member("inside_published").count(),
                  .disturbed = runs.member("disturbed").count()};
  }
  return check;
}

}  // namespace

std::string name_of(SelftestVerdict verdict) {
  constexpr std::array kNames{"PASS", "FAIL", "NOT POSSIBLE HERE"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

std::uint64_t SelftestRecord::count(SelftestVerdict verdict) const {
  return static_cast<std::uint64_t>(std::ranges::count(checks, verdict, &SelftestCheck::verdict));
}

std::string selftest_json(const SelftestRecord& record) {
  ordered_json checks = ordered_json::array();
  for (const SelftestCheck& check : record.checks) {
    checks.push_back(check_json(check));
  }
  ordered_json json{{"schema", kSelftestSchema},
                    {"id", record.id},
                    {"created", record.created},
                    {"full", record.full},
                    {"seed", record.seed},
                    {"scheduling", record.scheduling},
                    {"duration_s", json_number(record.duration_s)},
                    {"interrupted", record.interrupted},
                    {"passed", record.count(SelftestVerdict::pass)},
                    {"failed", record.count(SelftestVerdict::fail)},
                    {"not_possible", record.count(SelftestVerdict::not_possible)},
                    {"machine", machine_json(record.machine, record.identity)},
                    {"tool", tool_json(record.tool, kBuildOfDocument)},
                    {"foreign_cpu_share", json_number(record.foreign_cpu_share)},
                    {"steal_share", json_number(record.steal_share)},
                    {"checks", std::move(checks)}};
  // Through the text, so that the hash is that of what a reader sees (invalid UTF-8 is replaced in it).
  json["hash"] = content_hash(pretty_json(json));
  return pretty_json(json);
}

SelftestRecord selftest_from_json(std::string_view text, std::string_view source_name) {
  const nlohmann::json json = parse_untrusted_json(text, source_name, "a self-test");
  const Field root(source_name, json);
  if (root.member("schema").text() != kSelftestSchema) {
    root.member("schema").fail(std::string(kSelftestSchema));
  }
  SelftestRecord record;
  record.id = root.member("id").text();
  record.created = root.member("created").text();
  record.full = root.member("full").boolean();
  record.seed = root.member("seed").count();
  record.scheduling = root.member("scheduling").text();
  record.duration_s = root.member("duration_s").non_negative();
  record.interrupted = root.member("interrupted").boolean();
  read_machine(root.member("machine"), record.machine, record.identity);
  record.tool = read_tool(root.member("tool"), kBuildOfDocument);
  record.foreign_cpu_share = root.member("foreign_cpu_share").optional_number();
  record.steal_share = root.member("steal_share").optional_number();
  const std::vector<Field> checks = root.member("checks").elements();
  if (checks.size() > kMostChecks) {
    root.member("checks").fail("at most 1000 checks");
  }
  record.checks.reserve(checks.size());
  for (const Field& check : checks) {
    record.checks.push_back(read_check(check));
  }
  // The sums are there for whoever reads no further: they must not say something else than the rows.
  for (const auto& [member, verdict] :
       {std::pair{"passed", SelftestVerdict::pass}, std::pair{"failed", SelftestVerdict::fail},
        std::pair{"not_possible", SelftestVerdict::not_possible}}) {
    if (root.member(member).count() != record.count(verdict)) {
      root.member(member).fail("the number of checks with that verdict");
    }
  }
  record.stored_hash = root.member("hash").text_or_empty();
  record.hash_matches = record.stored_hash == content_hash(text);
  return record;
}

std::string selftest_file_name(const SelftestRecord& record) {
  return result_file_stem(record.created, {"selftest"}, record.id) + ".selftest.json";
}

}  // namespace assay
