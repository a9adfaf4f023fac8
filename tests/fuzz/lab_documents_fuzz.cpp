// What students hand in and what a lab takes from elsewhere: the export of a lab and the JSON of a comparative audit;
// and the line that a cache keeps of a bundle.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "analysis/bundle_summary.hpp"
#include "lab/flow/audit_evidence.hpp"
#include "lab/flow/lab_verification.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check_export(std::string_view text) {
  const auto read = [](std::string_view t) { return verify_lab(t, "input", {.folder = {}, .nonce = "W7"}); };
  const auto found = value_of<std::runtime_error>(read, text);
  if (!found) {
    return;
  }
  require(!found->nonce_matches || *found->nonce_matches == (found->nonce == "W7"),
          "a nonce matches where it is equal");
  require(!found->intact() || (found->hash_matches && found->reading.intact()), "what is intact has its hash");
  require(nlohmann::json::accept(verification_json(*found)), "the findings are JSON");
  for (const char c : verification_text(*found)) {
    require(c == '\n' || static_cast<unsigned char>(c) >= ' ', "what a terminal gets has no control characters");
  }
}

void check_audit(std::string_view text) {
  const auto read = [](std::string_view t) { return audit_facts(t, "input"); };
  (void)value_of<std::runtime_error>(read, text);
}

void check_summary(std::string_view text) {
  if (const auto summary = value_of<std::runtime_error>(summary_from_json, text)) {
    require(summary_json(summary_from_json(summary_json(*summary))) == summary_json(*summary),
            "a summary survives writing");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  assay::check_export(text);
  assay::check_audit(text);
  assay::check_summary(text);
  return 0;
}
