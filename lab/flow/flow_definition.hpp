#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

// The lab of one track as its file says it: three parts, each with a situation, questions that are locked before
// anything is measured, the runs and controls that a lock opens, and what is to be reflected on afterwards.

namespace assay {

/// A thing to choose, by its id.
struct FlowOption {
  std::string id;
  std::string text;
};

/// What is to be predicted: one of a few, or a number within bounds. Never free text.
struct FlowQuestion {
  std::string id;  ///< "missed": the word of the command line
  std::string text;
  std::vector<FlowOption> options;  ///< empty: a number
  std::string key;                  ///< the option that the literature holds for right; empty: none
  std::string unit;                 ///< of a number: "%", "ms", "FPS"
  double lower = 0.0;
  double upper = 0.0;
  std::string figure;                ///< what a number is held against: measured_figure.hpp
  std::vector<std::string> runs;     ///< whose evidence answers it; it is revealed once each of them is there
  std::vector<FlowOption> reasons;   ///< of which one is given with the answer
  std::vector<std::string> explain;  ///< shown with the reveal, in sentences

  [[nodiscard]] bool is_number() const { return options.empty(); }
};

/// A control of a part: a flag of its runs, within bounds.
struct FlowControl {
  std::string id;  ///< "noise"
  std::string title;
  std::string flag;   ///< of `assay run`
  std::string value;  ///< of the flag, "{}x6ms": the number goes into the braces
  std::string unit;   ///< of the number
  double lower = 0.0;
  double upper = 0.0;
  double start = 0.0;  ///< where it stands before anybody moves it; 0 leaves the flag out
  bool logarithmic = false;
};

/// A measurement that a part allows once its questions are locked.
struct FlowRun {
  enum class Kind {
    run,        ///< one run of `assay run`
    realworld,  ///< accuracy clean and in the field
    suite,      ///< a suite of `assay suite` with the lab's workload, within an envelope of this machine: a system
    audit,      ///< the comparative audit of two systems
    file,       ///< a result made elsewhere: a comparative audit
  };
  std::string id;
  std::string title;
  Kind kind = Kind::run;
  std::string duration;                 ///< of a run and of realworld
  bool required = true;                 ///< for the export
  std::string workload;                 ///< instead of the lab's; empty: the lab's
  std::vector<std::string> parameters;  ///< over the lab's
  std::map<std::string, std::string, std::less<>> flags;
  std::vector<std::string> controls;  ///< those that move it
  std::uint64_t most = 0;             ///< so many times at most; 0: as often as wanted
  std::string suite;                  ///< of a suite: one that comes with the program
  std::string envelope;               ///< of a suite: what is taken away from the machine; comes with the program

  /// It measures the lab's own workload, in the size that calibration chooses.
  [[nodiscard]] bool takes_lab_workload() const {
    return (kind == Kind::run || kind == Kind::suite) && workload.empty();
  }
};
[[nodiscard]] std::string_view name_of(FlowRun::Kind kind);  ///< "run", "realworld", "suite", "audit", "file"

struct FlowPart {
  std::string title;
  std::string objective;
  std::vector<std::string> situation;
  std::vector<FlowQuestion> questions;
  std::vector<FlowControl> controls;  ///< at most three
  std::vector<FlowRun> runs;
  std::vector<FlowOption> reflections;

  [[nodiscard]] const FlowQuestion* question(std::string_view id) const;
  [[nodiscard]] const FlowControl* control(std::string_view id) const;
  [[nodiscard]] const FlowRun* run(std::string_view id) const;
};

/// Of several sizes of the workload, the one whose mean alone is nearest to the target; measured before the first run.
struct FlowCalibration {
  std::string parameter;
  std::vector<std::string> values;
  Nanoseconds target{0};
  std::string duration;
};

struct FlowDefinition {
  std::string track;
  std::string title;
  std::string persona;
  std::string north_star;
  std::string crisis;
  std::string claim;
  std::string stakeholder;
  std::string window;
  std::string workload;
  std::vector<std::string> parameters;
  std::string metric;  ///< the mission's own ultimate metric, one of ultimate_metrics()
  std::optional<FlowCalibration> calibration;
  std::vector<FlowPart> parts;  ///< three
};

inline constexpr std::size_t kMostFlowBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kFlowParts = 3;
inline constexpr std::size_t kMostFlowControls = 3;

/// The ultimate metrics that a decision may name.
[[nodiscard]] const std::vector<FlowOption>& ultimate_metrics();

/// A lab from TOML. Throws std::runtime_error with one line of printable ASCII that names the file, the line where it
/// is known, and what to write there.
[[nodiscard]] FlowDefinition flow_from_toml(std::string_view text, const std::string& file);

}  // namespace assay
