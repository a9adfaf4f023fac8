#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/run_conditions.hpp"

namespace assay {

enum class ControlState { holds, fails, not_known };
[[nodiscard]] std::string name_of(ControlState state);  ///< "HOLDS", "FAILS", "NOT KNOWN"

/// One of the five things that must be alike before two systems are compared.
struct FairnessControl {
  std::string name;  ///< "same warm-up"
  ControlState state = ControlState::not_known;
  std::vector<std::string> facts;  ///< one for each measured system, in their order
  std::string finding;             ///< "warm-up differed: 500 ms against 2.00 s"; empty where it holds
  std::string remedy;              ///< what to do; empty where it holds
};

/// Filled in from what the files recorded, never by hand. Reportable at five of five only.
struct FairnessIndex {
  std::vector<FairnessControl> controls;  ///< five
  std::vector<std::string> differences;   ///< soft ones, which block nothing: compiler, kernel of the system
  std::string reason;                     ///< why there is nothing to compare at all; empty: there is

  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] double share() const;
  [[nodiscard]] bool reportable() const { return reason.empty() && held() == controls.size() && !controls.empty(); }
  /// "withheld, because warm-up differed: ..."; empty where it is reportable.
  [[nodiscard]] std::string why_withheld() const;
};

/// What the files of one measured system say that decides fairness.
struct FairnessFacts {
  std::string letter;
  std::string no_runs;  ///< why there is no run of the lighthouse; the rest is then empty
  // same workload
  std::string workload;  ///< name, version, parameters
  std::string scenario;  ///< with what it asks for: "server, poisson, 24 queries/s"
  bool synthetic = false;
  std::optional<std::uint64_t> work_flops;
  std::optional<std::uint64_t> traffic_bytes;
  std::string build_type;
  // same warm-up
  std::vector<double> warm_up_s;  ///< of each run
  // same sample count
  std::size_t repeats = 0;
  std::string rule;  ///< "at least 10.0 s and 100 queries, 1 sample a query"
  std::uint64_t least_samples = 0;
  std::uint64_t most_samples = 0;
  // same hardware state
  std::vector<double> steal_shares;          ///< of each run
  std::vector<double> foreign_shares;        ///< of each run, less what its own injectors took
  std::string shares_reason;                 ///< why one is absent
  std::optional<double> clock_drop;          ///< of the slowest round of the roofline below the fastest
  bool governor_fixed = false;               ///< seen, and nothing to object
  std::map<std::string, CheckState> checks;  ///< of the doctor, those of a state that somebody can change
  std::vector<std::string> stops;            ///< findings with which nothing should be measured
  std::string load;                          ///< injected or emulated beyond its declared limits; empty: nothing
  std::string undelivered;                   ///< a dose that was not; empty: none
  // same guardrails
  std::string window;  ///< "P99 within 250 ms", "no window"
  std::string outputs = "outputs checked";
  std::vector<std::string> tripped;  ///< INVALID runs, wrong output, changed files
  // soft
  std::map<std::string, std::string> soft;  ///< "compiler" -> "g++ 12.2.0"
};

/// Two or more systems. Throws nothing.
[[nodiscard]] FairnessIndex fairness_index(const std::vector<FairnessFacts>& systems);

/// Others may take this much of a machine's CPU time in the middle one of the runs: beyond it the doctor warns.
inline constexpr double kMostOthersShare = 0.05;
/// And this much in any of them: a single disturbed repeat widens the intervals, but one is not to be all disturbance.
inline constexpr double kMostOthersOnce = 0.25;

}  // namespace assay
