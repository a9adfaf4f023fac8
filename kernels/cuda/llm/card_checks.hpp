#pragma once

#include <random>
#include <string>
#include <vector>

#include "kernels/cuda/llm/card_decoder.hpp"

namespace assay::cuda {

/// Whole forward passes against the host in double where the shape is small, and for every shape, in a random layer, 64
/// outputs of each product, the inputs of all products, rotation, cache and 4 rows of attention. Overwrites pages 0
/// to 4.
[[nodiscard]] AssayGpuCheck check_decoder(CardDecoder& decoder, std::uint64_t seed);

/// Compares what each stage of one pass leaves with double precision.
class StageWatch {
 public:
  StageWatch(CardDecoder& decoder, std::uint64_t seed);
  void run();
  [[nodiscard]] const AssayGpuCheck& result() const { return result_; }

 private:
  /// What a value should be, and by how much it may differ.
  struct Expected {
    double value = 0.0;
    double allowed = 0.0;
  };
  struct Place {
    std::uint32_t position = 0;
    const std::uint32_t* pages = nullptr;
  };
  void compare(const Expected& expected, double found, const std::string& what);
  void observe(PassStage stage, std::uint32_t layer);
  void check_norm(LlmMatrix next, std::uint32_t norm);
  void check_product(LlmMatrix which);
  void check_outputs(LlmMatrix which, bool rounded_weights);
  void check_rotation();
  void check_attention();
  void check_gate();
  void compare_input(LlmMatrix which, std::size_t row, std::span<const double> expected, double error);
  [[nodiscard]] std::vector<double> input_row(LlmMatrix which, std::size_t row) const;
  [[nodiscard]] std::vector<double> product_row(LlmMatrix which, std::size_t row) const;
  [[nodiscard]] std::vector<double> query_of(std::size_t row, std::uint32_t head) const;
  struct KeyAndValue {
    std::vector<double> key;
    std::vector<double> value;
  };
  [[nodiscard]] KeyAndValue cached(std::uint32_t kv_head, std::uint32_t page, std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  CardDecoder& decoder_;
  std::mt19937_64 random_;
  std::uint32_t layer_;
  std::uint32_t row_ = 0;     ///< whose products are looked at
  std::uint32_t output_ = 0;  ///< whose logits are looked at
  std::uint32_t pass_rows_ = 0;
  std::vector<Place> places_;           ///< of the rows
  std::vector<std::uint32_t> outputs_;  ///< rows
  AssayGpuCheck result_{};
};

}  // namespace assay::cuda
