#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "analysis/tool_record.hpp"
#include "harness/counter_set.hpp"
#include "harness/measurement.hpp"

namespace assay {

/// What a subject of a roofline measurement shows.
enum class SubjectKind {
  compute,    ///< arithmetic in registers: a candidate for the flat roof
  bandwidth,  ///< a mix of loads and stores at one memory level: a candidate for a slope
  intensity,  ///< one setting of the dial between the two
  latency,    ///< dependent accesses
  dot,        ///< real work: a point under the roofs
};

/// Where the flops or the bytes of a point come from. Points with different sources do not share an axis unlabelled.
enum class FiguresSource {
  counted,   ///< declared by the kernel, proven by its tests
  measured,  ///< by hardware counters
  modelled,  ///< by a formula from other counted figures
};

/// One sample of a subject: all of its threads together.
struct RooflineSample {
  std::uint32_t round = 0;
  double seconds_per_iteration = 0.0;          ///< from the first thread's begin to the last one's end
  std::optional<double> clock_hz;              ///< effective clock right beside the sample, mean of its threads
  std::optional<double> injected_bytes_per_s;  ///< loaded latency only: what the other threads moved meanwhile
  Contamination contamination = Contamination::none;
};

/// The parameter of a subject that is one layer of a workload and names it.
inline constexpr const char* kLayerParameter = "layer";

/// One thing that was measured, with all its samples.
struct RooflineSubject {
  std::string id;  ///< unique: "bandwidth/L2/triad/avx2/2t"
  SubjectKind kind = SubjectKind::compute;
  std::string kernel;  ///< of the catalogue, with `parameters` to make it again
  int kernel_version = 1;
  std::map<std::string, std::string> parameters;
  std::string level;      ///< that the working set lives in: "L1", "L2", "L3", "DRAM"; empty: registers only
  std::string isa;        ///< "avx2"; empty where a library decides
  std::string dtype;      ///< "f64", "i8"
  std::string mix;        ///< of instructions or accesses: "fma", "fma+add", "load", "triad"
  std::string pages;      ///< "huge", "small"; empty without memory
  std::vector<int> cpus;  ///< one a thread
  std::uint64_t working_set_bytes = 0;  ///< of one thread
  std::string work_unit = "flop";       ///< "flop", "op" or "access"
  double work_per_iteration = 0.0;      ///< of all threads
  double traffic_bytes_per_iteration = 0.0;
  double bus_bytes_per_iteration = 0.0;  ///< above traffic where regular stores allocate lines first
  FiguresSource work_source = FiguresSource::counted;
  FiguresSource bytes_source = FiguresSource::counted;
  /// More than any core can do in a cycle, for one thread; a figure above it shows a broken measurement.
  std::optional<double> work_per_cycle_limit;
  std::optional<double> bytes_per_cycle_limit;
  std::string output_check;  ///< "ok 3.1e-06 (bound 1e-05)" or what failed
  std::vector<RooflineSample> samples;
  std::vector<CounterReading> counters;  ///< over one further stretch of counted_iterations; empty if none was made
  std::uint64_t counted_iterations = 0;
  std::string stopped_by;   ///< why no more samples were taken
  std::string unavailable;  ///< why there are none; empty if there are
};

/// A level of the memory as the machine reports it and as a sweep of sizes found it.
struct MemoryLevel {
  std::string name;  ///< "L1", "L2", "L3", "DRAM"
  std::optional<std::uint64_t> reported_bytes;
  std::optional<std::uint64_t> measured_bytes;  ///< up to which latency stays at this level's: the knee
  std::uint64_t working_set_bytes = 0;          ///< of one thread in what was measured at this level
  std::string note;                             ///< why measured_bytes is absent or far from what is reported
};

/// What disturbed a round, from the kernel's own accounts.
struct RoundConditions {
  std::uint32_t round = 0;
  double begin_s = 0.0;  ///< since the first round began
  double end_s = 0.0;
  std::optional<double> steal_share;         ///< of the machine's CPU time
  std::optional<double> foreign_cpu_share;   ///< taken by other processes
  std::optional<double> cpu_pressure_share;  ///< of the time in which some task waited for a CPU (PSI)
};

/// All that a roofline rests on: every figure of one is computed from this, on any machine.
struct RooflineMeasurement {
  std::string id;       ///< ULID
  std::string created;  ///< ISO 8601, UTC
  ToolRecord tool;
  Machine machine;
  MachineIdentity machine_identity;
  std::optional<double> nominal_clock_hz;  ///< as the machine states it, never used in a figure
  std::string nominal_clock_source;        ///< or why there is none
  RunConditions conditions;
  double sample_s = 0.0;  ///< as planned
  double pause_s = 0.0;
  std::uint64_t seed = 0;
  double duration_s = 0.0;
  bool interrupted = false;
  SystemLimits limits;                   ///< what was taken away from the machine on purpose
  std::vector<DoseRecord> interference;  ///< that took bandwidth away, over the rounds; empty: nothing did
  std::vector<RoundConditions> rounds;
  std::vector<MemoryLevel> levels;
  std::vector<RooflineSubject> subjects;
  std::vector<std::string> warnings;
  // set by roofline_from_json() only; roofline_json() writes the hash of what it writes
  std::string stored_hash;   ///< "sha256:..." as the file has it, empty if it has none
  bool hash_matches = true;  ///< false: the file was changed after it was written, or carries no hash
};

}  // namespace assay
