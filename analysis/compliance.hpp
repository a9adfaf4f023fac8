#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/run_document.hpp"

// Whether a workload does its work in every query, whatever it is asked for: the analogues of LoadGen's compliance
// tests TEST01 (answers of a performance run), TEST04 (one sample only) and TEST05 (other seeds).

namespace assay {

enum class ComplianceVerdict { passed, invalid, undecided };
[[nodiscard]] std::string name_of(ComplianceVerdict verdict);  ///< "PASS", "INVALID", "UNDECIDED"

/// One test of a workload.
struct ComplianceTest {
  std::string id;     ///< "answers", "same_sample", "other_seeds", "first_time"
  std::string title;  ///< "the same sample every time"
  ComplianceVerdict verdict = ComplianceVerdict::undecided;
  EstimateRecord ratio;  ///< of the median service times, with its 95 % interval; no point where nothing is compared
  std::string finding;   ///< one sentence with the numbers
};

/// The runs of one workload: a run of each kind for each repeat, in turn.
struct ComplianceRuns {
  std::vector<RunDocument> reference;    ///< as anybody would measure it, with the seed that everybody knows
  std::vector<RunDocument> same_sample;  ///< always one sample
  std::vector<RunDocument> other_seeds;  ///< inputs, order and schedule from seeds that nobody could know
  std::vector<RunDocument> first_time;   ///< accuracy: every sample once, its answer checked, nothing asked before
};

/// How much faster or slower two kinds of run of honest work may be: 10 %, and 20 % where a service takes 200 us or
/// less (MLCommons, compliance/nvidia/TEST01 and TEST04; LoadGen's own script compares the wrong units and always
/// allows 20 %).
[[nodiscard]] double compliance_tolerance(double service_time_s);

/// Repeats may find caches warm, and what is computed for the first time not: only work that is more than this many
/// times faster when it comes again is called remembered.
inline constexpr double kRememberedFactor = 2.0;

/// Every test. Throws std::invalid_argument if a kind has no run.
[[nodiscard]] std::vector<ComplianceTest> judge_compliance(const ComplianceRuns& runs);

/// INVALID if one test is, else UNDECIDED if one is, else PASS.
[[nodiscard]] ComplianceVerdict overall(const std::vector<ComplianceTest>& tests);

/// A line for each test.
[[nodiscard]] std::string compliance_text(const std::string& workload, const std::vector<ComplianceTest>& tests);

/// {"schema":"assay/compliance/1",...}
[[nodiscard]] std::string compliance_json(const std::string& workload, const std::vector<ComplianceTest>& tests);

}  // namespace assay
