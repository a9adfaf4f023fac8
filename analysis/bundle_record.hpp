#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/bundle_calibration.hpp"
#include "analysis/estimate_record.hpp"
#include "analysis/system_limits.hpp"
#include "analysis/tool_record.hpp"
#include "harness/machine.hpp"

// A bundle: a folder of results of one suite on one system, with a file that says what is in it. Written once, never
// changed; what is wrong is measured again into another bundle that names the one it replaces.

namespace assay {

/// What a bundle is of. The kinds never stand beside each other without their name.
enum class SystemKind {
  measured,   ///< a machine as it is
  envelope,   ///< a machine with something taken away on purpose, measured all the same
  datasheet,  ///< nothing was measured: figures of a vendor
};
[[nodiscard]] std::string name_of(SystemKind kind);  ///< "measured", "envelope", "datasheet"

/// A headline of a result, for whoever looks over many bundles without opening their files.
struct EntryFigure {
  std::string name;  ///< "samples per second", "memory bandwidth, 2 threads"
  std::string unit;  ///< "s", "samples/s", "B/s", "flop/s", "op/s"
  EstimateRecord estimate;
};

/// One result file of a bundle.
struct BundleEntry {
  std::string step;  ///< of the suite: "server"
  std::string title;
  std::string kind;               ///< "run", "roofline", "tail": which schema the file has
  std::uint64_t repeat = 1;       ///< from 1
  std::string file;               ///< relative to the folder, forward slashes, never ".."
  std::string sha256;             ///< of its bytes
  std::string comparability_key;  ///< of a run; empty otherwise
  std::string scenario;           ///< of a run: "server"
  std::string command;            ///< what measures it again
  bool valid = false;             ///< as the file says
  bool interrupted = false;
  std::vector<std::string> invalid_codes;
  std::vector<EntryFigure> figures;  ///< see entry_figures.hpp; empty in bundles of before it
};

/// A step that gave no file, with the reason.
struct BundleGap {
  std::string step;
  std::string reason;
};

/// The file bundle.json, schema assay/bundle/1.
struct BundleRecord {
  std::string id;            ///< ULID
  std::string created;       ///< ISO 8601, UTC
  std::string supersedes;    ///< id of the bundle that it corrects; empty: none
  std::string suite;         ///< its name
  std::string suite_sha256;  ///< of the suite's text: bundles of equal suites compare
  std::string title;
  std::string track;            ///< "edge"; empty: of no track
  std::string lighthouse_step;  ///< the run whose workload stands for the mission; empty: none
  std::string metric;           ///< the mission's: "throughput", "p99", "usd_per_token", "fps_per_watt"
  SystemKind system = SystemKind::measured;
  SystemLimits limits;
  Machine machine;
  MachineIdentity identity;
  ToolRecord tool;
  BundleCalibration calibration;  ///< of the instrument
  double duration_s = 0.0;
  bool complete = false;  ///< every step that was not optional gave its files
  bool interrupted = false;
  std::vector<BundleEntry> entries;
  std::vector<BundleGap> gaps;
  std::vector<std::string> notes;  ///< what to know when reading
  // set by bundle_from_json() only
  std::string stored_hash;
  bool hash_matches = true;
};

}  // namespace assay
