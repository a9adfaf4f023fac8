#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/accuracy_curve.hpp"
#include "analysis/estimate_record.hpp"
#include "analysis/peak_search.hpp"
#include "analysis/real_world_record.hpp"
#include "analysis/run_mark.hpp"
#include "analysis/track_figures.hpp"

// What a track found: the runs that it made, what was claimed beside what was found, and the sentence that follows.

namespace assay {

/// One run of a track.
struct TrackRun {
  std::string step;  ///< "aligned", "aligned-i8"
  std::string title;
  std::string file;  ///< within the bundle
  std::string sha256;
  std::string scenario;
  std::map<std::string, std::string> parameters;  ///< of the workload
  RunMark mark;
  bool valid = false;
  bool interrupted = false;
  std::vector<std::string> invalid_codes;  ///< "latency_constraint", "lateness"
  double duration_s = 0.0;
  TrackFigures figures;
};

/// Accuracy as a share with its interval, at one condition.
struct TrackAccuracy {
  bool is_claim = false;
  std::string what;  ///< the model, the voices and the condition in words
  EstimateRecord share;
  std::uint64_t words = 0;
};

/// What RealWorld showed: the claim, and what holds against it.
struct TrackField {
  std::string condition;  ///< "field 10 to 20 dB"
  std::string file;       ///< within the bundle
  std::string sha256;
  EstimateRecord claim;  ///< of the model that the clean benchmark prefers: clean, voices that trained
  EstimateRecord found;  ///< the same model in the field, voices that no training heard
  EstimateRecord gap;    ///< clean less field on the same words and voices, as a share
  std::vector<TrackAccuracy> accuracies;
  std::vector<AccuracyCurve> curves;
  std::vector<std::string> sentences;  ///< ranking, remedies, energy
};

/// One bar of the crisis chart.
struct CrisisBar {
  bool is_claim = false;  ///< what is said; else what was measured
  std::string label;
  std::optional<double> value;  ///< absent: the text says why
  std::string text;             ///< "5.29 ms [5.20, 5.41]"
  std::string source;           ///< the step that it was measured in; empty: derived, and the label says how
};

/// Bars of one quantity.
struct CrisisRow {
  std::string quantity;  ///< "time to an answer, P99"
  std::optional<double> limit;
  std::string limit_text;  ///< "window 10.0 ms"; empty: none
  std::vector<CrisisBar> bars;
};

enum class CrisisOutcome {
  confirmed,  ///< the claim did not survive
  refuted,    ///< it did
  open,       ///< what was measured does not decide
};

/// What a track says in the end.
struct TrackFindings {
  CrisisOutcome outcome = CrisisOutcome::open;
  std::string sentence;               ///< for the stakeholder
  std::vector<std::string> evidence;  ///< further sentences with numbers
  std::vector<CrisisRow> rows;
};

/// How the size of the workload was chosen.
struct TrackChoice {
  std::string mode;  ///< "calibrated", "fixed", "given"
  std::string parameter;
  std::string value;
  std::optional<double> target_s;
  std::map<std::string, double> mean_s;  ///< of each size that was tried, alone
};

/// One probe of a search for the number of cameras.
struct CameraProbe {
  std::uint64_t cameras = 0;
  ProbeOutcome outcome = ProbeOutcome::undecided;  ///< by the interval of the share
  bool ignored = false;                            ///< the run is INVALID for a reason that has a say
  EstimateRecord missed_share;
  std::string file;
};

struct CameraSearch {
  std::string step;
  std::string title;
  std::string phase;  ///< of the cameras, "aligned"
  std::optional<double> frames_per_s;
  double allowed_share = 0.01;
  std::vector<CameraProbe> probes;
  std::optional<std::uint64_t> held;   ///< the most that held
  std::optional<std::uint64_t> broke;  ///< the fewest that did not
  std::string doubt;                   ///< an end that is missing or not confirmed, numbers that are undecided
};

/// The summary of a bundle, schema assay/track/1.
struct TrackRecord {
  std::string track;
  std::string judge;
  std::string title;
  std::string persona;
  std::string north_star;
  std::string crisis;
  std::string claim;
  std::string stakeholder;
  std::string preset;
  std::string created;
  std::string tool;
  std::string machine;
  std::string workload;
  std::string window;
  double window_s = 0.0;
  std::uint64_t seed = 0;
  bool complete = false;
  bool interrupted = false;
  TrackChoice choice;
  std::vector<TrackRun> runs;
  std::vector<CameraSearch> searches;
  std::optional<TrackField> field;
  std::vector<LadderRung> ladder;      ///< of a serving engine's levers
  std::optional<double> ttft_limit_s;  ///< its windows
  std::optional<double> tpot_limit_s;
  std::vector<std::string> left_out;  ///< "aligned-realtime: the system refuses SCHED_FIFO"
  std::vector<std::string> notes;     ///< what to know when reading
  TrackFindings findings;
  std::string page;
};

/// What a track takes from RealWorld: the field at the highest ratio, voices that no training heard, against the clean
/// figure with voices that did. Nothing where one of the two is missing, as after an interruption.
[[nodiscard]] std::optional<TrackField> field_of(const RealWorldRecord& record);

/// What the runs say; `record` has all but its findings.
[[nodiscard]] TrackFindings judge_track(const TrackRecord& record);

/// The run of a step, nullptr if there is none or it was stopped early.
[[nodiscard]] const TrackRun* run_of(const TrackRecord& record, const std::string& step);

/// The file of the bundle, schema/track-1.schema.json.
[[nodiscard]] std::string track_json(const TrackRecord& record);

}  // namespace assay
