#include "kernels/cuda/stream_work.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/stream_kernels.cuh"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

// Long enough at the fastest card's rate that what a launch costs is below a percent.
constexpr std::uint64_t kHbmBytes = std::uint64_t{4} << 30U;
constexpr std::uint64_t kL2BytesOfLaunch = std::uint64_t{1} << 30U;
constexpr std::uint64_t kL2Multiple = 4;   // rotating less than this measures the cache
constexpr std::uint64_t kShareOfFree = 3;  // of the card's free memory at most
constexpr std::uint64_t kMostSets = 4096;
constexpr double kTriadBound = 1e-15;  // one rounding of the sum and one of the product

struct StreamPlan {
  std::string mix_name;
  GpuMix mix = GpuMix::read;
  bool memcpy = false;
  bool l2 = false;
  bool streaming = false;
  std::uint32_t arrays = 1;  ///< of one set, that are moved
  std::uint32_t tiles = 1;   ///< of one array
  std::uint32_t passes = 1;
  std::uint32_t sets = 1;

  [[nodiscard]] std::uint64_t array_bytes() const { return std::uint64_t{tiles} * kTileBytes; }
  [[nodiscard]] std::uint64_t set_bytes() const { return arrays * array_bytes(); }
};

StreamPlan plan_of(const AssayGpuFacts& facts, const Settings& settings) {
  const SettingReader reader("gpu_stream", settings, {"mix", "level", "size", "stores"});
  StreamPlan plan;
  plan.mix_name = reader.choice("mix", {"read", "write", "copy", "triad", "memcpy"});
  plan.memcpy = plan.mix_name == "memcpy";
  plan.mix = plan.mix_name == "read"    ? GpuMix::read
             : plan.mix_name == "write" ? GpuMix::write
             : plan.mix_name == "triad" ? GpuMix::triad
                                        : GpuMix::copy;
  plan.l2 = reader.choice("level", {"hbm", "l2"}) == "l2";
  plan.streaming = reader.choice("stores", {"regular", "streaming"}) == "streaming";
  if (plan.memcpy && plan.l2) {
    reader.refuse("mix", plan.mix_name, "read, write, copy or triad at level l2: one memcpy is one pass");
  }
  plan.arrays = plan.mix == GpuMix::triad ? 3 : plan.mix == GpuMix::copy ? 2 : 1;
  std::uint64_t bytes = reader.size("size");
  if (bytes == 0) {
    // L2 of Hopper is two halves, and what lies in the far one is copied: half of it is held whatever the layout.
    bytes = plan.l2 ? facts.l2_bytes / 2 : std::min(kHbmBytes, facts.free_bytes / kShareOfFree);
  }
  std::uint64_t tiles = bytes / plan.arrays / kTileBytes;
  const auto multiprocessors = static_cast<std::uint64_t>(facts.multiprocessors);
  if (plan.l2 && tiles > multiprocessors) {
    tiles -= tiles % multiprocessors;  // as many blocks on each
  }
  constexpr std::uint64_t kMostTiles = std::uint64_t{1} << 30U;  // a grid takes 2^31 - 1
  if (tiles < 1 || tiles > kMostTiles) {
    reader.refuse(
        "size", std::to_string(bytes),
        "at least " + std::to_string(plan.arrays * kTileBytes) + " bytes for this mix, and less than the card has");
  }
  plan.tiles = static_cast<std::uint32_t>(tiles);
  if (plan.l2) {
    plan.passes = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, kL2BytesOfLaunch / plan.set_bytes()));
  } else {
    const std::uint64_t wanted = (kL2Multiple * facts.l2_bytes + plan.set_bytes() - 1) / plan.set_bytes();
    plan.sets = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 1, kMostSets));
  }
  return plan;
}

class StreamWork final : public TimedWork {
 public:
  StreamWork(std::int32_t device, const Settings& settings) : TimedWork(device), plan_(plan_of(facts(), settings)) {}

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = ASSAY_GPU_FLOP;
    const double elements = static_cast<double>(plan_.array_bytes()) / sizeof(double);
    shape.work = plan_.mix == GpuMix::triad ? 2.0 * elements * plan_.passes : 0.0;
    shape.step_work = shape.work;
    shape.traffic_bytes = plan_.set_bytes() * plan_.passes;
    shape.step_traffic_bytes = shape.traffic_bytes;
    shape.memory_bytes = memory_of_set() * plan_.sets;
    shape.samples = plan_.sets;
    shape.tolerance = plan_.mix == GpuMix::triad ? 1e-6 : 0.0;  // a probe is a float
    shape.output_scale = 1.0;
    return shape;
  }

  [[nodiscard]] Settings settings() const override {
    return {{"mix", plan_.mix_name},
            {"level", plan_.l2 ? "l2" : "hbm"},
            {"size", std::to_string(plan_.set_bytes())},
            {"stores", plan_.streaming ? "streaming" : "regular"},
            {"fact:sets in turn", std::to_string(plan_.sets)},
            {"fact:passes of a launch", std::to_string(plan_.passes)}};
  }

  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(last_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = value_of(i, [this](std::uint64_t place, auto& value) {
        const auto* const from = sets_[last_].data() + place * sizeof value;
        ASSAY_CUDA(cudaMemcpyAsync(&value, from, sizeof value, cudaMemcpyDeviceToHost, stream()));
        wait();
      });
    }
  }

  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = reference_value(sample, i);
    }
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    poison(0);
    launch(0);
    const DeviceTally tally(stream());
    const double bound = plan_.mix == GpuMix::triad ? kTriadBound : 0.0;
    const std::uint64_t compared =
        check_stream(plan_.mix, arrays_of(0), seed_of(0, 1), seed_of(0, 2), bound, tally.get(), stream());
    return tally.read(compared, bound);
  }

 protected:
  void fill(std::uint64_t) override {
    sets_.clear();
    for (std::uint32_t i = 0; i < plan_.sets; ++i) {
      sets_.push_back(Set(memory_of_set()));
    }
    for (std::uint32_t i = 0; i < plan_.sets; ++i) {
      const StreamArrays arrays = arrays_of(i);
      const std::uint64_t count = plan_.array_bytes() / sizeof(double);
      if (arrays.b != nullptr) {
        fill_uniform(static_cast<double*>(const_cast<void*>(arrays.b)), count, seed_of(i, 1), stream());
      }
      if (arrays.c != nullptr) {
        fill_uniform(static_cast<double*>(const_cast<void*>(arrays.c)), count, seed_of(i, 2), stream());
      }
      poison(i);
    }
  }

  void launch(std::uint32_t sample) override {
    const StreamArrays arrays = arrays_of(sample);
    if (plan_.memcpy) {
      ASSAY_CUDA(cudaMemcpyAsync(arrays.a, arrays.b, plan_.array_bytes(), cudaMemcpyDeviceToDevice, stream()));
    } else {
      launch_stream(plan_.mix, arrays, stream());
    }
    last_ = sample;
  }

  [[nodiscard]] std::uint32_t samples() const override { return plan_.sets; }

 private:
  /// The output first, then the inputs.
  class Set {
   public:
    explicit Set(std::size_t bytes) : memory_(bytes) {}
    [[nodiscard]] char* data() const { return memory_.as<char>(); }

   private:
    DeviceMemory memory_;
  };

  [[nodiscard]] std::uint64_t output_bytes() const {
    // A sum a tile, rounded up so that the inputs behind stay aligned.
    return plan_.mix == GpuMix::read ? (std::uint64_t{plan_.tiles} * sizeof(std::uint32_t) + 511) / 512 * 512
                                     : plan_.array_bytes();
  }

  [[nodiscard]] std::uint64_t memory_of_set() const {
    const std::uint32_t inputs = plan_.mix == GpuMix::write ? 0 : plan_.mix == GpuMix::triad ? 2 : 1;
    return output_bytes() + inputs * plan_.array_bytes();
  }

  [[nodiscard]] std::uint64_t seed_of(std::uint32_t sample, std::uint64_t operand) const {
    return stream_seed(seed(), sample, operand);
  }

  [[nodiscard]] StreamArrays arrays_of(std::uint32_t sample) const {
    StreamArrays arrays;
    char* const data = sets_[sample].data();
    arrays.a = data;
    if (plan_.mix != GpuMix::write) {
      arrays.b = data + output_bytes();
    }
    if (plan_.mix == GpuMix::triad) {
      arrays.c = data + output_bytes() + plan_.array_bytes();
    }
    arrays.tiles = plan_.tiles;
    arrays.passes = plan_.passes;
    arrays.streaming = plan_.streaming;
    arrays.seed = seed_of(sample, 0);
    return arrays;
  }

  /// All bits set: no number in f64, and no sum that a tile is likely to have.
  void poison(std::uint32_t sample) const {
    ASSAY_CUDA(cudaMemsetAsync(sets_[sample].data(), 0xff, output_bytes(), stream()));
  }

  /// Probe `index` of what fetch(place, value) reads, as a float.
  template <class Fetch>
  [[nodiscard]] float value_of(std::size_t index, const Fetch& fetch) const {
    if (plan_.mix == GpuMix::read) {
      std::uint32_t sum = 0;
      fetch(probe_place(index, plan_.tiles), sum);
      return static_cast<float>(sum);
    }
    if (plan_.mix == GpuMix::write) {
      std::uint32_t word = 0;
      fetch(probe_place(index, plan_.array_bytes() / sizeof word), word);
      return static_cast<float>(word);
    }
    double value = 0.0;
    fetch(probe_place(index, plan_.array_bytes() / sizeof value), value);
    return static_cast<float>(value);
  }

  [[nodiscard]] float reference_value(std::uint32_t sample, std::size_t index) const {
    const std::uint64_t doubles = plan_.array_bytes() / sizeof(double);
    switch (plan_.mix) {
      case GpuMix::read:
        return static_cast<float>(sum_of_block(sample, probe_place(index, plan_.tiles)));
      case GpuMix::write:
        return static_cast<float>(written_word(seed_of(sample, 0), probe_place(index, 2 * doubles)));
      case GpuMix::copy:
        return static_cast<float>(uniform_at(seed_of(sample, 1), probe_place(index, doubles)));
      case GpuMix::triad:
        break;
    }
    const std::uint64_t place = probe_place(index, doubles);
    return static_cast<float>(uniform_at(seed_of(sample, 1), place) +
                              kTriadScalar * uniform_at(seed_of(sample, 2), place));
  }

  [[nodiscard]] std::uint32_t sum_of_block(std::uint32_t sample, std::uint64_t block) const {
    constexpr std::uint64_t kDoubles = kTileBytes / sizeof(double);
    std::uint32_t sum = 0;
    for (std::uint32_t pass = 0; pass < plan_.passes; ++pass) {
      const std::uint64_t first = (block + pass) % plan_.tiles * kDoubles;
      for (std::uint64_t i = 0; i < kDoubles; ++i) {
        const auto bits = std::bit_cast<std::uint64_t>(uniform_at(seed_of(sample, 1), first + i));
        sum += static_cast<std::uint32_t>(bits) + static_cast<std::uint32_t>(bits >> 32U);
      }
    }
    return sum;
  }

  StreamPlan plan_;
  std::vector<Set> sets_;
  std::uint32_t last_ = 0;
};

}  // namespace

std::unique_ptr<Work> make_stream(std::int32_t device, const Settings& settings) {
  return std::make_unique<StreamWork>(device, settings);
}

}  // namespace assay::cuda
