#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/quantity.hpp"
#include "lab/run_options.hpp"

namespace assay {

/// Reads flags one after the other and collects what is wrong, so that a person sees all of it at once.
class FlagReader {
 public:
  explicit FlagReader(const RunOptions& options) : options_(options) {}

  /// Calls read(text) if the flag was given; what it throws as std::invalid_argument becomes a line.
  template <class Read>
  void with(std::string_view flag, Read read) {
    const auto text = options_.value(flag);
    if (!text) {
      return;
    }
    try {
      read(*text);
    } catch (const std::invalid_argument& error) {
      problems_.push_back(fmt::format("--{}: {}", flag, error.what()));
    }
  }

  void duration(std::string_view flag, Nanoseconds& into) {
    with(flag, [&](const std::string& text) { into = parse_duration(text); });
  }
  void count(std::string_view flag, std::uint64_t& into) {
    with(flag, [&](const std::string& text) { into = parse_count(text); });
  }
  template <class Small>
  void small_count(std::string_view flag, Small& into) {
    with(flag, [&](const std::string& text) {
      const std::uint64_t value = parse_count(text);
      if (value > static_cast<std::uint64_t>(std::numeric_limits<Small>::max())) {
        throw std::invalid_argument(fmt::format("'{}' is too large", text));
      }
      into = static_cast<Small>(value);
    });
  }

  [[nodiscard]] const RunOptions& options() const { return options_; }
  void problem(std::string line) { problems_.push_back(std::move(line)); }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  const RunOptions& options_;
  std::vector<std::string> problems_;
};

}  // namespace assay
