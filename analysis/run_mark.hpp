#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// What must stand beside every number of a run whose numbers are not those of this machine at work.
struct RunMark {
  bool synthetic = false;  ///< service times from a law
  std::string emulated;    ///< name of the thermal envelope; empty: none
  std::string limits;      ///< limits_text(): what was taken away from the machine; empty: nothing

  /// "SYNTHETIC", "EMULATED phone", "ENVELOPE simd=sse": none, some or all. A name from a file is untrusted.
  [[nodiscard]] std::vector<std::string> words() const;

  /// The words with a space between them; "" for a run that needs no mark.
  [[nodiscard]] std::string text() const;

  /// text() and `gap` behind it; "" without a mark.
  [[nodiscard]] std::string before(const std::string& gap) const;

  friend bool operator==(const RunMark&, const RunMark&) = default;
};

[[nodiscard]] RunMark mark_of(const RunDocument& run);

}  // namespace assay
