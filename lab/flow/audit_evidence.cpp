#include "lab/flow/audit_evidence.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/untrusted_json.hpp"

namespace assay {
namespace {

/// An estimate whose members end in a suffix; nothing where it is absent or has no point.
void keep(RunFacts& facts, const std::string& name, const Field& field, const std::string& suffix) {
  if (field.absent()) {
    return;
  }
  const EstimateRecord value{.point = field.member("point" + suffix).optional_number(),
                             .lower = field.member("lower" + suffix).optional_number(),
                             .upper = field.member("upper" + suffix).optional_number(),
                             .confidence = field.member("confidence").number_or(0.95),
                             .reason = field.member("reason").text_or_empty()};
  if (value.point) {
    facts.figures[name] = value;
  }
}

}  // namespace

RunFacts audit_facts(std::string_view text, std::string_view source) {
  constexpr std::size_t kFewestSystems = 2;
  const nlohmann::json value = parse_untrusted_json(text, source, "an audit");
  const Field root(source, value);
  const Field schema = root.member("schema");
  if (schema.text() != "assay/audit/1") {
    schema.fail("\"assay/audit/1\": the file of assay audit A B --json");
  }
  RunFacts facts{.kind = "audit"};
  const auto systems = root.member("systems").elements();
  if (systems.size() < kFewestSystems) {
    root.member("systems").fail("two systems");
  }
  for (const Field& system : systems) {
    const std::string letter = system.member("letter").text();
    const std::string envelope = system.member("envelope").text_or_empty();
    facts.what +=
        fmt::format("{}{} {} ({})", facts.what.empty() ? "" : " against ", letter, system.member("name").text(),
                    envelope.empty() ? system.member("kind").text() : "ENVELOPE " + envelope);
    const Field roofs = system.member("roofs");
    keep(facts, "peak_" + letter, roofs.member("peak"), "_per_s");
    keep(facts, "bandwidth_" + letter, roofs.member("bandwidth"), "_bytes_per_s");
    keep(facts, "throughput_" + letter, system.member("throughput"), "_samples_per_s");
  }
  const Field withheld = root.member("withheld");
  facts.valid = withheld.absent();
  if (!facts.valid) {
    facts.invalid_codes.emplace_back("withheld");
  }
  facts.sentences.push_back(withheld.absent() ? root.member("verdict").text_or_empty()
                                              : "The verdict is " + withheld.text() + ".");
  for (const std::string& sentence : root.member("memo").texts()) {
    facts.sentences.push_back(sentence);
  }
  for (const Field& pair : root.member("pairs").elements()) {
    const std::string letters = pair.member("a").text_or_empty() + pair.member("b").text_or_empty();
    keep(facts, "throughput_ratio_" + letters, pair.member("throughput_ratio"), "");
    keep(facts, "crossover_" + letters, pair.member("crossover"), "_per_byte");
  }
  return facts;
}

}  // namespace assay
