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
#include "kernels/tiny/isolation_network.hpp"

namespace assay {

/// The isolation network on one frame of 10 ms. A sample is a frame of a word of the evaluation set beside another
/// one, with the state that the frames before it left. Outputs: 32 gains and the new state.
class Isolation : public Kernel {
 public:
  explicit Isolation(TinyDtype dtype);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return IsolationNetwork::work(); }
  /// Weights, scales and biases once, features and state read, gains and state written.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return gains_; }

 private:
  static constexpr std::size_t kSamples = 64;
  static constexpr std::size_t kOutputs = IsolationModel::kBands + 2 * IsolationModel::kUnits;
  struct Sample {
    std::array<float, IsolationModel::kBands> features{};
    IsolationNetwork::State state;
  };

  [[nodiscard]] std::vector<double> reference(std::uint32_t sample) const;
  [[nodiscard]] float output_at(std::size_t i) const noexcept;

  IsolationModel model_;
  IsolationNetwork network_;
  KernelIdentity identity_;
  std::vector<Sample> samples_;
  std::array<float, IsolationModel::kBands> gains_{};
  IsolationNetwork::State state_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_isolation(const std::map<std::string, std::string>& parameters);

}  // namespace assay
