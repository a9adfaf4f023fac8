#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// What the measuring process says on its event descriptor: one JSON object a line (NDJSON, "assay/events/1").
///   {"event":"phase","name":"measure","expected_s":5.0}
///   {"event":"progress","elapsed_s":1.5,"issued":300,"settled":299,
///    "doses":[{"knob":"background","unit":"share","requested":0.5,"achieved":0.498}]}
///   {"event":"warning","text":"..."}
///   {"event":"result","file":"...","valid":true,"interrupted":false}
///   {"event":"error","exit_code":2,"text":"..."}
struct Event {
  enum class Kind { phase, progress, warning, result, error };
  Kind kind = Kind::phase;
  std::string text;                  ///< name of the phase, warning, path of the result file, or error
  std::optional<double> expected_s;  ///< phase
  double elapsed_s = 0.0;            ///< progress
  std::uint64_t issued = 0;          ///< progress: samples
  std::uint64_t settled = 0;         ///< progress: samples completed or failed
  std::vector<DoseRecord> doses;     ///< progress: injected load; knob, unit, requested and achieved only
  bool valid = false;                ///< result
  bool interrupted = false;          ///< result
  int exit_code = 0;                 ///< error
};

/// One line, with its line end.
[[nodiscard]] std::string to_line(const Event& event);

/// Throws std::runtime_error saying what the line lacks.
[[nodiscard]] Event event_from(std::string_view line);

/// Writes events to a descriptor, whole lines only; from any thread. A reader that went away is no error: the
/// measurement goes on.
class EventWriter {
 public:
  /// -1: writes nothing.
  explicit EventWriter(int descriptor) : descriptor_(descriptor) {}
  void write(const Event& event);

 private:
  std::mutex mutex_;
  int descriptor_;
};

/// Cuts a stream of bytes into lines.
class LineCutter {
 public:
  /// The lines that `bytes` completes, without their line ends.
  [[nodiscard]] std::vector<std::string> add(std::string_view bytes);

 private:
  std::string rest_;
};

}  // namespace assay
