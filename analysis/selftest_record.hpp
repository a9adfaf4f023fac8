#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/tool_record.hpp"
#include "harness/machine.hpp"

// What `assay selftest` found out about the instrument: checks against truths that are known beforehand.

namespace assay {

enum class SelftestVerdict {
  pass,
  fail,          ///< the instrument says something that is not so
  not_possible,  ///< what the check rests on did not hold on this machine; it says nothing of the instrument
};
[[nodiscard]] std::string name_of(SelftestVerdict verdict);  ///< "PASS", "FAIL", "NOT POSSIBLE HERE"

/// Runs of one system, and how many of them had the truth inside their interval. All 0 for a check of another kind.
struct SelftestRuns {
  std::uint64_t judged = 0;
  std::uint64_t inside_strict = 0;     ///< of the 99.99 % intervals
  std::uint64_t inside_published = 0;  ///< of the 95 % intervals that stand in result files
  std::uint64_t disturbed = 0;         ///< left out: the machine moved the system itself off its law
};

/// One truth and what the instrument made of it.
struct SelftestCheck {
  std::string id;     ///< "exponential.p90", "dose.background.25"
  std::string title;  ///< "exponential 400 us: P90"
  std::string unit;   ///< "s", "share", "1/s", "verdicts", "ratio", "Hz"
  std::optional<double> truth;
  EstimateRecord measured;  ///< of many runs the median of each; the limits are those the truth is held against
  SelftestVerdict verdict = SelftestVerdict::not_possible;
  std::string evidence;  ///< in numbers, why the verdict is what it is
  SelftestRuns runs;
};

/// The file of schema assay/selftest/1.
struct SelftestRecord {
  std::string id;       ///< ULID
  std::string created;  ///< ISO 8601, UTC
  bool full = false;
  std::uint64_t seed = 0;
  std::string scheduling;  ///< of the generator and the systems: "SCHED_FIFO 50"
  double duration_s = 0.0;
  bool interrupted = false;  ///< the checks that are missing were not made
  Machine machine;
  MachineIdentity identity;
  ToolRecord tool;
  std::optional<double> foreign_cpu_share;  ///< over the whole self-test
  std::optional<double> steal_share;
  std::vector<SelftestCheck> checks;
  // set by selftest_from_json() only
  std::string stored_hash;
  bool hash_matches = true;

  [[nodiscard]] std::uint64_t count(SelftestVerdict verdict) const;
};

}  // namespace assay
