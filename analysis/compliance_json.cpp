#include <nlohmann/json.hpp>

#include "analysis/compliance.hpp"
#include "analysis/json_values.hpp"
#include "analysis/run_file_pretty.hpp"

namespace assay {

std::string compliance_json(const std::string& workload, const std::vector<ComplianceTest>& tests) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ComplianceTest& test : tests) {
    rows.push_back({{"id", test.id},
                    {"title", test.title},
                    {"verdict", name_of(test.verdict)},
                    {"ratio", estimate_json(test.ratio, "")},
                    {"finding", test.finding}});
  }
  return pretty_json({{"schema", "assay/compliance/1"},
                      {"workload", workload},
                      {"verdict", name_of(overall(tests))},
                      {"tests", rows}});
}

}  // namespace assay
