#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/lab/program.hpp"

// For the tests of what goes wrong around a measurement and is not its fault: a disk that is full, a folder that goes
// away, a terminal that is closed. Each ends with the documented code, in words, and leaves nothing that is torn.

namespace assay::test_support {

using Arguments = std::vector<std::string>;

inline constexpr int kFileCode = 5;
inline constexpr int kInterruptedCode = 130;

inline Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// A short run of a small kernel into "results".
inline const Arguments& short_run() {
  static const Arguments arguments{"run",           "gemm", "--param",  "n=32",   "--scenario", "server",
                                   "--rate",        "200",  "--warmup", "10ms",   "--duration", "200ms",
                                   "--min-queries", "20",   "--out",    "results"};
  return arguments;
}

class ProgramFaults : public ::testing::Test {
 protected:
  /// Everything below "results", hidden or not.
  [[nodiscard]] std::vector<std::string> results() const {
    std::vector<std::string> files = folder.files();
    std::erase_if(files, [](const std::string& name) { return !name.starts_with("results/"); });
    return files;
  }
  [[nodiscard]] nlohmann::json only_result() const {
    const auto files = results();
    return files.size() == 1 ? nlohmann::json::parse(text_of(folder / files.front())) : nlohmann::json();
  }

  ScratchFolder folder;
};

}  // namespace assay::test_support
