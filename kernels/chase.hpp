#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "harness/buffer.hpp"
#include "kernels/kernel.hpp"
#include "kernels/stream_memory.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// Dependent loads, each of which says where the next one is: the latency of a memory level. One node a line, and all
/// lines on one cycle in random order: a fixed stride would let the prefetcher hide the very latency that this kernel
/// is there to show (Drepper 2007, section 3.3.2). A sample is a node to start from. Work: accesses.
class Chase : public Kernel {
 public:
  /// Of a node. On cores with lines of 128 bytes two nodes share one.
  static constexpr std::size_t kLine = 64;
  /// Accesses of one run: a prime, so that a run does not end where it began, whatever the usual number of lines.
  static constexpr std::uint64_t kRunAccesses = 1021;
  /// Of a step of repeat(), which goes on where the last one stopped.
  static constexpr std::uint64_t kStepAccesses = 64;
  static constexpr Bytes kSmallestSize{16 * kLine};
  static constexpr Bytes kLargestSize{std::uint64_t{64} << 30};

  struct Settings {
    Bytes size;  ///< rounded down to whole lines
    Pages pages = Pages::huge;
    MemoryLimits limits{};  ///< for the facts of the identity
    std::optional<int> numa_node{};
  };

  /// Throws std::invalid_argument if the size is outside kSmallestSize to kLargestSize.
  explicit Chase(Settings settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {kRunAccesses}; }
  [[nodiscard]] WorkUnit work_unit() const override { return WorkUnit::access; }
  [[nodiscard]] Bytes traffic() const override { return {kRunAccesses * kLine}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  /// Takes 4 bytes a line more until it returns.
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  void repeat(std::uint64_t iterations) noexcept override;
  [[nodiscard]] RepeatStep repeat_step() const override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override { return 0.0; }
  /// Also that the cycle visits every line exactly once.
  [[nodiscard]] OutputCheck verify() override;

 protected:
  /// A node is a line that begins with the address of the next one.
  struct alignas(kLine) Node {
    const Node* next;
  };
  [[nodiscard]] std::span<Node> nodes() const { return buffer_.as<Node>().first(lines_); }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] std::size_t start_of(std::uint32_t sample) const { return sample * (lines_ / kSamples); }
  [[nodiscard]] std::size_t index_of(const Node* node) const;

  Settings settings_;
  std::size_t lines_;
  KernelIdentity identity_;
  Buffer buffer_;
  const Node* last_ = nullptr;  ///< where the last run ended
  const Node* next_ = nullptr;  ///< where repeat() goes on
};

[[nodiscard]] std::unique_ptr<Kernel> make_chase(const std::map<std::string, std::string>& parameters);

}  // namespace assay
