#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/gather_loops.hpp"
#include "kernels/kernel.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// Sums rows of a table picked uniformly at random, f32: the embedding lookups of a recommendation model, which have
/// neither the bandwidth of a stream nor the latency of a chase. A sample is a set of rows.
class Gather : public Kernel {
 public:
  struct Settings {
    Bytes size;                ///< of the table; rounded down to whole rows
    Bytes row{256};            ///< a multiple of 64 up to kLargestRow
    std::size_t lookups = 64;  ///< rows of one sample, 2 to kMostLookups
    MemoryLimits limits{};     ///< for the facts of the identity
  };
  static constexpr Bytes kLargestRow{16384};
  static constexpr std::size_t kMostLookups = 4096;
  static constexpr std::size_t kSmallestRows = 16;
  static constexpr Bytes kLargestSize{std::uint64_t{64} << 30};

  /// Throws std::invalid_argument if a setting is out of range or the table has fewer than kSmallestRows rows.
  explicit Gather(Settings settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {(settings_.lookups - 1) * width()}; }
  /// Rows and their indices read, the sum written.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + settings_.row; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return samples_; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  void repeat(std::uint64_t iterations) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return output_.span(); }

 private:
  [[nodiscard]] std::size_t width() const { return settings_.row.count / sizeof(float); }
  [[nodiscard]] GatherTable table() const { return {.rows = table_.data(), .width = width()}; }
  [[nodiscard]] std::span<const std::uint32_t> indices_of(std::uint32_t sample) const;

  Settings settings_;
  std::size_t rows_;
  std::size_t samples_;
  KernelIdentity identity_;
  Array<float> table_;
  Array<float> output_;
  Array<std::uint32_t> indices_;
  std::uint32_t next_ = 0;  ///< sample with which repeat() goes on
};

[[nodiscard]] std::unique_ptr<Kernel> make_gather(const std::map<std::string, std::string>& parameters);

}  // namespace assay
