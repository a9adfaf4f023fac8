#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One thing that a suite measures.
struct SuiteStepDefinition {
  enum class Kind {
    run,       ///< `assay run`
    soak,      ///< `assay soak`: a run with the machine watched beside it
    roofline,  ///< `assay roofline`
  };
  std::string id;
  std::string title;
  Kind kind = Kind::run;
  std::string workload;                                   ///< instead of the suite's; empty: the suite's
  std::vector<std::string> parameters;                    ///< "n=512"; the suite's where no workload is named
  std::map<std::string, std::string, std::less<>> flags;  ///< of the command; "true" for a switch
  std::uint64_t repeat = 1;                               ///< so many times, in turn with the other steps
  bool optional = false;                                  ///< left out, and said so, where it is not possible
};
[[nodiscard]] std::string_view name_of(SuiteStepDefinition::Kind kind);  ///< "run", "soak", "roofline"

/// A suite as its file says it: what is measured on each machine that shall be compared.
struct SuiteDefinition {
  std::string name;
  std::string title;
  std::string track;       ///< "cloud", "edge", "mobile" or "tiny"; empty: of none
  std::string lighthouse;  ///< the step whose workload stands for the mission; empty: none
  std::string metric;      ///< "throughput", "p99", "usd_per_token", "fps_per_watt"; empty: none
  std::string workload;
  std::vector<std::string> parameters;
  std::vector<SuiteStepDefinition> steps;
  std::string sha256;  ///< of the text: bundles of equal suites compare
};

inline constexpr std::size_t kMostSuiteBytes = std::size_t{64} * 1024;
inline constexpr std::int64_t kMostSuiteRepeats = 100;

/// A suite from TOML, as strict as track_from_toml(). Throws std::runtime_error with one line of printable ASCII that
/// names the file, the line where it is known, and what to write there.
[[nodiscard]] SuiteDefinition suite_from_toml(std::string_view text, const std::string& file);

/// The suites of share/suites/, which are part of the program.
[[nodiscard]] std::vector<std::string> shipped_suite_names();

/// The suite in the file `text`, or the shipped one of that name where there is no such file. Throws
/// std::invalid_argument listing the names if it is neither, std::runtime_error as suite_from_toml() does.
[[nodiscard]] SuiteDefinition find_suite(const std::string& text);

/// The shipped suite of that name, whatever files there are. Throws std::invalid_argument listing the names.
[[nodiscard]] SuiteDefinition shipped_suite(const std::string& name);

// Text of the files; the build writes these functions.
[[nodiscard]] std::string_view default_suite_toml();
[[nodiscard]] std::string_view lab_suite_toml();
[[nodiscard]] std::string_view smoke_suite_toml();

}  // namespace assay
