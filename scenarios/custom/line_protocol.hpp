#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// What Assay and the process of "cmd:..." say to each other: one line there, one line back, in ASCII, at most
/// kLongestLine bytes. docs/custom-workloads.md has it in full.
///
///   hello 1 worker=0 workers=2 NAME=VALUE ...   ->  hello 1 samples=64 batch=8 answers=1 ...
///   prepare SEED                                ->  ready
///   run INDEX INDEX ...                         ->  done NUMBER ...
///   reference INDEX                             ->  answer NUMBER ...
///   verify                                      ->  right | wrong WHY
///   anything                                    ->  error WHY
inline constexpr int kLineProtocolVersion = 1;
inline constexpr std::size_t kLongestLine = std::size_t{256} * 1024;

/// What the process said of itself.
struct LineHello {
  std::uint64_t samples = 0;
  std::uint64_t batch = 1;
  std::uint64_t answers = 0;  ///< numbers for each sample
  int workload_version = 1;
  std::uint64_t flops = 0;  ///< of one sample; 0: not known
  std::uint64_t bytes = 0;
  double tolerance = 0.0;  ///< 0: the usual one
  bool reference = false;
  bool verify = false;
};

/// "hello 1 worker=0 workers=2 NAME=VALUE"
[[nodiscard]] std::string hello_request(std::size_t worker, std::size_t workers,
                                        const std::map<std::string, std::string>& parameters);

/// Throws std::runtime_error that names what is wrong with the answer.
[[nodiscard]] LineHello hello_from(std::string_view answer);

/// Reads exactly numbers.size() numbers after `word` ("done", "answer"). False if the line is anything else. Allocates
/// nothing.
[[nodiscard]] bool read_numbers(std::string_view answer, std::string_view word, std::span<float> numbers) noexcept;

/// What the process gives as the reason: the words after "error" or "wrong", or the line itself, as it can stand in a
/// message.
[[nodiscard]] std::string words_of(std::string_view answer);

}  // namespace assay
