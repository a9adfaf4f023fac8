#include "analysis/run_mark.hpp"

#include <fmt/format.h>

namespace assay {

std::vector<std::string> RunMark::words() const {
  std::vector<std::string> words;
  if (synthetic) {
    words.emplace_back("SYNTHETIC");
  }
  if (!emulated.empty()) {
    words.push_back("EMULATED " + emulated);
  }
  if (!limits.empty()) {
    words.push_back("ENVELOPE " + limits);
  }
  return words;
}

std::string RunMark::text() const { return fmt::format("{}", fmt::join(words(), " ")); }

std::string RunMark::before(const std::string& gap) const {
  const std::string mark = text();
  return mark.empty() ? mark : mark + gap;
}

RunMark mark_of(const RunDocument& run) {
  return {.synthetic = run.synthetic,
          .emulated = run.emulated ? run.emulated->name : "",
          .limits = limits_text(run.limits)};
}

}  // namespace assay
