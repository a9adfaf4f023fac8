#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/audit_fairness.hpp"
#include "analysis/audit_verdicts.hpp"
#include "analysis/bundle_record.hpp"
#include "analysis/estimate_record.hpp"

// What a comparative audit holds: the systems with their figures, and what follows from them.

namespace assay {

/// How a figure was come by. It stands beside the figure wherever that is shown.
enum class FigureKind {
  absent,     ///< its reason says why
  measured,   ///< on the system
  derived,    ///< by a formula from figures measured on the system
  projected,  ///< by a formula from a datasheet
  given,      ///< typed by a person
  datasheet,  ///< stated by a vendor
};
[[nodiscard]] std::string name_of(FigureKind kind);  ///< "not available", "measured", ...

struct AuditFigure {
  FigureKind kind = FigureKind::absent;
  EstimateRecord value;  ///< its reason: why there is no figure, or no interval
  std::string source;    ///< "step offline, 3 runs", "--price A=1200", "NVIDIA H100 datasheet, 2022-03"
};

/// The roofs that bound the lighthouse on one system.
struct AuditRoofs {
  std::string dtype;
  std::string work_unit = "flop";
  std::size_t threads = 0;   ///< 0: a datasheet knows none
  std::string level;         ///< of the memory whose bandwidth bounds it: "DRAM"
  EstimateRecord peak;       ///< work/s
  EstimateRecord bandwidth;  ///< B/s
  EstimateRecord ridge;      ///< work/byte
  std::string peak_of;       ///< "fma f32, avx2, 2 threads"
  std::string bandwidth_of;
  std::string chosen;   ///< why these, in a sentence
  std::string reason;   ///< why there are none; empty: there are
  bool stated = false;  ///< figures of a vendor: numbers without an interval, taken as they stand
};

/// The workload that stands for the mission, as one system ran it.
struct AuditLighthouse {
  std::string workload;  ///< "gemv size=128MiB"
  std::string step;      ///< of the suite; its runs give the throughput
  std::string scenario;
  std::string tail_step;  ///< whose runs give the P99; empty: none
  std::optional<double> work_per_sample;
  std::optional<double> bytes_per_sample;
  std::optional<double> intensity;
  std::string dtype;
  std::size_t threads = 0;
  std::vector<double> samples_per_s;  ///< of each valid run
  std::vector<double> p99_s;
  std::string reason;  ///< why there is none
};

struct AuditSystem {
  std::string letter;  ///< "A"
  std::string name;    ///< the machine's label or the device
  SystemKind kind = SystemKind::measured;
  std::string envelope;    ///< its name, of an envelope
  std::string limits;      ///< what was taken away, in words; empty: nothing
  std::string machine_id;  ///< equal ones are one machine
  std::string hardware;    ///< "AMD EPYC 7B13, 2 cores"
  std::string source;      ///< the bundle's id, or the vendor's document
  AuditLighthouse lighthouse;
  AuditRoofs roofs;
  AuditFigure predicted;  ///< min(peak, intensity x bandwidth) / work, samples/s
  std::string bound_by;   ///< "bandwidth" or "arithmetic"
  EstimateRecord share;   ///< measured / predicted
  AuditFigure throughput;
  AuditFigure p99;
  AuditFigure watts;
  AuditFigure price;
  AuditFigure per_watt;       ///< samples/s for a watt, the track's FPS/W
  AuditFigure usd_per_token;  ///< per million tokens

  [[nodiscard]] bool measured() const { return kind != SystemKind::datasheet; }
};

/// "A lab3-07 (measured)", "B lab3-07 (ENVELOPE narrow)", "C NVIDIA H100 SXM (datasheet)"
[[nodiscard]] std::string title_of(const AuditSystem& system);
/// "measured", "ENVELOPE narrow", "datasheet"
[[nodiscard]] std::string kind_text(const AuditSystem& system);

/// One quantity by which systems are compared.
struct AuditAxis {
  std::string name;  ///< "throughput", "p99", "watts", "price"
  std::string title;
  bool higher_is_better = true;
  bool used = false;   ///< every measured system has it
  std::string reason;  ///< why not
};
/// The figure of a system on an axis.
[[nodiscard]] const AuditFigure& figure_on(const AuditSystem& system, const std::string& axis);

/// The ultimate metric of the mission.
struct AuditMetric {
  std::string name;  ///< "throughput", "p99", "fps_per_watt", "usd_per_token"
  std::string title;
  bool chosen = false;             ///< the mission's
  std::vector<std::string> needs;  ///< for each system: what would give it where it is not available; else empty
};

struct AuditRecord {
  std::string created;
  std::string tool;
  std::string first_line;  ///< which kinds of systems stand here
  std::string lighthouse;  ///< the workload that is compared
  std::string track;
  std::vector<AuditSystem> systems;
  FairnessIndex fairness;
  std::vector<AuditCrossover> crossovers;  ///< of each pair
  std::vector<AuditComparison> comparisons;
  AuditClaim claim;
  std::vector<AuditAxis> axes;
  std::vector<ParetoPoint> pareto;  ///< one for each system
  AuditRanking ranking;
  std::vector<AuditMetric> metrics;
  std::vector<std::string> memo;  ///< three sentences for the Purchasing Lead
  std::vector<std::string> notes;

  [[nodiscard]] bool withheld() const { return !fairness.reportable(); }
};

}  // namespace assay
