#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// One thing that a track does.
struct TrackStepDefinition {
  enum class Kind {
    run,        ///< one measurement
    search,     ///< measurements at rising numbers of cameras: "{}" in its flags is the number
    realworld,  ///< accuracy clean and in the field
    lever,      ///< the highest Server rate of a serving engine that holds its windows
  };
  std::string id;  ///< what the judge knows it by
  std::string title;
  Kind kind = Kind::run;
  std::string length;                                     ///< the name of a length of the preset
  std::vector<std::string> presets;                       ///< only in these; empty: in all
  std::map<std::string, std::string, std::less<>> flags;  ///< of `assay run`; "true" for a switch
  std::string workload;                                   ///< instead of the track's; empty: the track's
  std::vector<std::string> parameters;                    ///< "dtype=i8", over those of the track
  bool optional = false;                                  ///< left out, and said so, where it is not possible
  std::string needs;                                      ///< "realtime": the system must allow such priority
  std::int64_t most = 0;                                  ///< of a search: cameras
  std::string not_closed;                                 ///< of a lever: why MLPerf's closed division forbids it
};

/// Which of several sizes a track takes: the one whose mean alone is nearest to the target.
struct TrackCalibration {
  std::string parameter;
  std::vector<std::string> values;
  Nanoseconds target{0};
  std::string length;
};

/// A track as its file says it.
struct TrackDefinition {
  std::string name;
  std::string judge;  ///< "edge", "mobile", "tiny" or "cloud": what the results are held against
  std::string title;
  std::string persona;
  std::string north_star;
  std::string crisis;
  std::string claim;  ///< what is said before anybody measures the rest
  std::string stakeholder;
  std::string window;  ///< as --slo takes it
  std::string workload;
  std::vector<std::string> parameters;
  std::map<std::string, std::map<std::string, std::string>> presets;  ///< name -> length -> duration
  std::optional<TrackCalibration> calibration;
  std::vector<TrackStepDefinition> steps;
};

inline constexpr std::size_t kMostTrackBytes = std::size_t{64} * 1024;

/// A track from TOML. Throws std::runtime_error with one line of printable ASCII that names the file, the line where it
/// is known, and what to write there: an unknown key, a wrong type, a missing key, an id that is there twice, a length
/// that a preset lacks.
[[nodiscard]] TrackDefinition track_from_toml(std::string_view text, const std::string& file);

/// The tracks of share/tracks/, which are part of the program.
[[nodiscard]] std::vector<std::string> shipped_track_names();

/// The track in the file `text`, or the shipped one of that name where there is no such file. Throws
/// std::invalid_argument listing the names if it is neither, std::runtime_error as track_from_toml() does.
[[nodiscard]] TrackDefinition find_track(const std::string& text);

// Text of the files; the build writes these functions.
[[nodiscard]] std::string_view cloud_track_toml();
[[nodiscard]] std::string_view edge_track_toml();
[[nodiscard]] std::string_view mobile_track_toml();
[[nodiscard]] std::string_view tiny_track_toml();

}  // namespace assay
