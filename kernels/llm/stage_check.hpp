#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/random_bits.hpp"
#include "kernels/kernel.hpp"
#include "kernels/llm/decoder_engine.hpp"

namespace assay {

/// Runs one pass stage by stage and compares what each leaves with double precision.
class StageCheck {
 public:
  struct Extent {
    std::optional<std::uint32_t> layer;  ///< empty: all
    std::size_t outputs = 0;             ///< of a product and token; 0: all
    std::size_t attention_rows = 0;      ///< 0: all
    std::uint64_t seed = 0;
  };
  StageCheck(DecoderEngine& engine, const Extent& extent);

  /// At most DecoderEngine::kOwnTokens tokens.
  void run(const DecoderStep& step);
  [[nodiscard]] const OutputCheck& result() const { return result_; }
  [[nodiscard]] std::size_t compared() const { return compared_; }

 private:
  struct Place {
    std::uint32_t token = 0;
    std::uint32_t position = 0;
    std::span<const std::uint32_t> pages;
  };
  /// What an output should be, and what its error is measured in.
  struct Expected {
    double value = 0.0;
    double scale = 0.0;
    double allowance = 0.0;  ///< of a stated rounding, beside the tolerance
  };
  void compare(const Expected& expected, float found, const std::string& what);
  [[nodiscard]] static Expected dot(const WeightMatrix& matrix, std::size_t row, std::span<const double> x);
  [[nodiscard]] std::vector<std::size_t> chosen(std::size_t count, std::size_t wanted);

  void check_embedding();
  void check_input(StageKind kind, std::uint32_t layer, std::size_t token, std::span<const double> found);
  void check_heads(std::uint32_t layer, std::size_t row, std::span<const double> x);
  void check_attention(std::uint32_t layer);
  void check_product(StageKind kind, std::uint32_t layer, std::uint32_t stage);
  void check_outputs(StageKind kind, std::uint32_t layer, std::size_t token, std::span<const double> x,
                     std::span<const float> before);

  DecoderEngine& engine_;
  Extent extent_;
  RandomBits random_;
  std::vector<Place> rows_;
  std::vector<std::pair<std::size_t, std::size_t>> outputs_;  ///< row and sequence
  OutputCheck result_;
  std::size_t compared_ = 0;
};

}  // namespace assay
