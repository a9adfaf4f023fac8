#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "kernels/tiny/ds_cnn_network.hpp"

namespace assay {

/// The keyword network on the features of one second. A sample is a word of the evaluation set, at a place in its
/// second that the seed draws. Work in 8 bits counts whole numbers.
class DsCnn : public Kernel {
 public:
  struct Settings {
    std::string model = "clean";
    TinyDtype dtype = TinyDtype::i8;
    bool scalar = false;
  };
  explicit DsCnn(Settings settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return DsCnnNetwork::work(); }
  [[nodiscard]] WorkUnit work_unit() const override;
  /// Weights, biases and factors once, features read, scores written; what passes between layers stays in cache.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] double output_scale() const override { return kOutputScale; }
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return scores_; }

 private:
  static constexpr std::size_t kSamples = 16;
  static constexpr double kOutputScale = 4.0;  ///< scores reach from -20 to 20

  [[nodiscard]] std::span<const float> features_of(std::uint32_t sample) const;
  [[nodiscard]] std::vector<double> reference(std::uint32_t sample) const;

  Settings settings_;
  DsCnnModel model_;
  DsCnnNetwork network_;
  KernelIdentity identity_;
  std::vector<float> features_;
  std::array<float, DsCnnModel::kClasses> scores_{};
};

[[nodiscard]] std::unique_ptr<Kernel> make_ds_cnn(const std::map<std::string, std::string>& parameters);

}  // namespace assay
