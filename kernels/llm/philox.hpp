#pragma once

#include <array>
#include <cstdint>

namespace assay {

/// Philox 4x32-10: 128 random bits that are a function of a 128-bit counter and a 64-bit key alone, so that any part
/// of a large matrix can be filled by any thread. Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011, section 3.3; its constants and number of rounds.
struct Philox {
  static constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
  static constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
  static constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
  static constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
  static constexpr int kRounds = 10;

  using Counter = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  [[nodiscard]] static constexpr Key key_of(std::uint64_t seed) {
    return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  }

  [[nodiscard]] static constexpr Counter words(Counter counter, Key key) {
    for (int round = 0; round < kRounds; ++round) {
      const std::uint64_t left = std::uint64_t{kMultiplier0} * counter[0];
      const std::uint64_t right = std::uint64_t{kMultiplier1} * counter[2];
      counter = {static_cast<std::uint32_t>(right >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(right),
                 static_cast<std::uint32_t>(left >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(left)};
      key[0] += kWeyl0;
      key[1] += kWeyl1;
    }
    return counter;
  }
};

}  // namespace assay
