#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "kernels/kernel.hpp"
#include "kernels/rolling_window.hpp"
#include "kernels/stream_loops.hpp"
#include "kernels/stream_memory.hpp"
#include "kernels/stream_mix.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// A mix of loads and stores in double precision: memory bandwidth, little else. A sample is a value of the scalar s;
/// a mix without one has one sample. run() passes once through all operands; a step of repeat() is a window of them.
///
/// An update multiplies by -1, so that no number of passes makes its operand grow, decay or round. Its sample is what
/// run() puts into the elements of the probe before the pass.
///
/// Work: update, scale and add 1 flop an element, triad 2, the others none. Counted traffic: what is loaded and stored;
/// of an update it is twice the operand. On the bus a regular store moves 8 bytes an element more, the line read before
/// it is overwritten, unless it was loaded anyway.
/// Source: McCalpin, STREAM.
class Stream : public Kernel {
 public:
  struct Settings {
    std::string entry = "stream";  ///< of the catalogue; "triad" has fewer parameters
    StreamMix mix = StreamMix::triad;
    std::size_t streams = 1;  ///< of load: parts of the range that are read at the same time
    Stores stores = Stores::regular;
    Bytes size;  ///< of all operands together; rounded down to whole steps of kStreamStep elements
    Pages pages = Pages::huge;
    std::string simd = "auto";
    MemoryLimits limits{};  ///< for the facts of the identity
    std::optional<int> numa_node{};
    /// Of the thread's stream kernels together, with its own pages and node; null: prepare() takes its own.
    std::shared_ptr<StreamMemory> memory{};
  };

  /// Throws std::invalid_argument if the size is below smallest_size(), if there is no such loop, or if the shared
  /// memory is too small.
  explicit Stream(Settings settings);

  [[nodiscard]] static Bytes smallest_size(StreamMix mix, std::size_t streams);
  /// What the kernel writes and reads: shared memory must have at least these.
  [[nodiscard]] static StreamZones zones_of(const Settings& settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {facts_of(settings_.mix).flops * elements_}; }
  [[nodiscard]] Bytes traffic() const override { return traffic_of(elements_); }
  [[nodiscard]] Bytes bus_traffic() const override { return bus_traffic_of(elements_); }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return facts_of(settings_.mix).has_scalar ? kSamples : 1; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  void repeat(std::uint64_t iterations) noexcept override;
  [[nodiscard]] RepeatStep repeat_step() const override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<double> output() { return destination_; }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] std::size_t arrays() const;
  [[nodiscard]] Bytes operands() const { return {arrays() * sizeof(double) * elements_}; }
  [[nodiscard]] Bytes traffic_of(std::size_t elements) const;
  [[nodiscard]] Bytes bus_traffic_of(std::size_t elements) const;
  [[nodiscard]] std::uint64_t pass(std::size_t first, std::size_t count, std::uint64_t passes, double scalar) noexcept;
  [[nodiscard]] double scalar_of(std::uint32_t sample) const;
  [[nodiscard]] double planted(std::size_t probe_element, std::uint32_t sample) const noexcept;
  void plant(std::span<double> operand, std::uint32_t sample) const noexcept;
  [[nodiscard]] OutputCheck verify_update();
  [[nodiscard]] long double expected_at(std::size_t element, double scalar) const;
  [[nodiscard]] double rounding_bound() const;

  Settings settings_;
  std::size_t elements_;
  KernelIdentity identity_;
  StreamLoop loop_;
  RollingWindow window_;
  std::array<double, kSamples> scalars_{};
  std::span<double> destination_;
  std::array<std::span<const double>, kMostLoadStreams> sources_{};
  std::uint64_t checksum_ = 0;  ///< of load, by its last pass
};

/// The settings that the parameters of the catalogue say, for a kernel that shares its memory. Throws
/// std::invalid_argument as make_stream() does.
[[nodiscard]] Stream::Settings stream_settings(const std::map<std::string, std::string>& parameters);
[[nodiscard]] std::unique_ptr<Kernel> make_stream(const std::map<std::string, std::string>& parameters);

/// The triad with the two parameters that a person asks for first.
[[nodiscard]] std::unique_ptr<Kernel> make_triad(const std::map<std::string, std::string>& parameters);

}  // namespace assay
