#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/cuda/chase_work.hpp"
#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kLineBytes = 128;
constexpr std::uint32_t kUnroll = 8;
constexpr std::uint64_t kMostLines = std::uint64_t{1} << 24U;  // a probe is a float
constexpr std::uint64_t kDefaultAccesses = 65536;
constexpr std::uint64_t kL1Bytes = std::uint64_t{32} << 10U;  // L1 shares 128 to 256 KiB with shared memory
constexpr std::uint64_t kHbmBytes = std::uint64_t{1} << 30U;

/// Each line begins with the address of the next one.
__global__ void link_lines(char* lines, const std::uint32_t* next, std::uint64_t count) {
  const std::uint64_t line = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (line < count) {
    *reinterpret_cast<char**>(lines + line * kLineBytes) = lines + std::uint64_t{next[line]} * kLineBytes;
  }
}

template <bool ThroughL1>
__device__ __forceinline__ char* follow(char* at) {
  unsigned long long next = 0;
  if (ThroughL1) {
    asm volatile("ld.global.ca.u64 %0, [%1];" : "=l"(next) : "l"(at) : "memory");
  } else {
    asm volatile("ld.global.cg.u64 %0, [%1];" : "=l"(next) : "l"(at) : "memory");
  }
  return reinterpret_cast<char*>(next);
}

/// `parts` stretches of `steps` accesses; after each the line reached is kept. Goes on from *at.
template <bool ThroughL1>
__global__ void walk(char** at, std::uint32_t* reached, const char* lines, std::uint64_t steps, std::uint32_t parts) {
  char* here = *at;
  for (std::uint32_t part = 0; part < parts; ++part) {
    std::uint64_t left = steps;
#pragma unroll 1
    for (; left >= kUnroll; left -= kUnroll) {
#pragma unroll
      for (std::uint32_t i = 0; i < kUnroll; ++i) {
        here = follow<ThroughL1>(here);
      }
    }
    for (; left > 0; --left) {
      here = follow<ThroughL1>(here);
    }
    reached[part] = static_cast<std::uint32_t>((here - lines) / kLineBytes);
  }
  *at = here;
}

class ChaseWork final : public TimedWork {
 public:
  ChaseWork(std::int32_t device, std::string level, std::uint64_t size, std::uint64_t accesses)
      : TimedWork(device), level_(std::move(level)), through_l1_(level_ == "l1"), accesses_(accesses) {
    if (size == 0) {
      size = through_l1_      ? kL1Bytes
             : level_ == "l2" ? facts().l2_bytes / 6
                              : std::min(std::max(kHbmBytes, 8 * facts().l2_bytes), facts().free_bytes / 4);
    }
    lines_ = std::clamp<std::uint64_t>(size / kLineBytes, 2, kMostLines);
  }

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = ASSAY_GPU_ACCESS;
    shape.work = static_cast<double>(accesses_);
    shape.step_work = 1.0;
    constexpr std::uint64_t kSector = 32;  // what the memory is asked for
    shape.traffic_bytes = accesses_ * kSector;
    shape.step_traffic_bytes = kSector;
    shape.memory_bytes = lines_ * (kLineBytes + sizeof(std::uint32_t));
    shape.samples = 1;
    shape.tolerance = 0.0;
    shape.output_scale = 1.0;
    return shape;
  }

  [[nodiscard]] Settings settings() const override {
    return {{"level", level_},
            {"size", std::to_string(lines_ * kLineBytes)},
            {"accesses", std::to_string(accesses_)},
            {"fact:lines of 128 bytes", std::to_string(lines_)}};
  }

  /// One kernel, however many steps.
  [[nodiscard]] AssayGpuTiming repeat(std::uint64_t steps) override {
    require(0);
    return timer().time(stream(), steps, 1, [&] { start_walk(steps, 1); });
  }

  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(0);
    std::vector<std::uint32_t> reached(ASSAY_GPU_PROBE_VALUES);
    ASSAY_CUDA(cudaMemcpyAsync(reached.data(), reached_.data(), reached_.bytes(), cudaMemcpyDeviceToHost, stream()));
    wait();
    std::copy(reached.begin(), reached.end(), values.begin());
  }

  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    const std::vector<std::uint32_t> reached = walk_on_host();
    std::copy(reached.begin(), reached.end(), values.begin());
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    ASSAY_CUDA(cudaMemsetAsync(reached_.data(), 0xff, reached_.bytes(), stream()));
    launch(0);
    std::vector<std::uint32_t> reached(ASSAY_GPU_PROBE_VALUES);
    ASSAY_CUDA(cudaMemcpyAsync(reached.data(), reached_.data(), reached_.bytes(), cudaMemcpyDeviceToHost, stream()));
    wait();
    const std::vector<std::uint32_t> expected = walk_on_host();
    AssayGpuCheck check{};
    check.compared = expected.size();
    const auto [found, right] = std::mismatch(reached.begin(), reached.end(), expected.begin());
    check.passed = found == reached.end() ? 1 : 0;
    if (check.passed == 0) {
      check.worst_relative_error = 1.0;
      std::snprintf(check.detail, sizeof check.detail, "after part %td of 8 the walk is at line %u, expected %u",
                    found - reached.begin(), *found, *right);
    }
    return check;
  }

 protected:
  void fill(std::uint64_t) override {
    next_.resize(lines_);
    std::iota(next_.begin(), next_.end(), 0U);
    // Sattolo's shuffle: one cycle through all lines.
    for (std::uint64_t i = lines_ - 1; i > 0; --i) {
      std::swap(next_[i], next_[random_bits_at(stream_seed(seed(), 0, 6), i) % i]);
    }
    data_ = DeviceMemory(lines_ * kLineBytes);
    at_ = DeviceMemory(sizeof(char*));
    reached_ = DeviceMemory(ASSAY_GPU_PROBE_VALUES * sizeof(std::uint32_t));
    const DeviceMemory next(lines_ * sizeof(std::uint32_t));
    ASSAY_CUDA(cudaMemcpyAsync(next.data(), next_.data(), next.bytes(), cudaMemcpyHostToDevice, stream()));
    ASSAY_CUDA(cudaMemsetAsync(data_.data(), 0xff, data_.bytes(), stream()));
    link_lines<<<static_cast<unsigned>((lines_ + 255) / 256), 256, 0, stream()>>>(data_.as<char>(),
                                                                                  next.as<std::uint32_t>(), lines_);
    check_launch("link_lines");
    wait();
  }

  void launch(std::uint32_t) override {
    char* const first = data_.as<char>();
    ASSAY_CUDA(cudaMemcpyAsync(at_.data(), &first, sizeof first, cudaMemcpyHostToDevice, stream()));
    start_walk(accesses_ / ASSAY_GPU_PROBE_VALUES, ASSAY_GPU_PROBE_VALUES);
  }

  [[nodiscard]] std::uint32_t samples() const override { return 1; }

 private:
  void start_walk(std::uint64_t steps, std::uint32_t parts) {
    auto* const at = at_.as<char*>();
    auto* const reached = reached_.as<std::uint32_t>();
    if (through_l1_) {
      walk<true><<<1, 1, 0, stream()>>>(at, reached, data_.as<char>(), steps, parts);
    } else {
      walk<false><<<1, 1, 0, stream()>>>(at, reached, data_.as<char>(), steps, parts);
    }
    check_launch("walk");
  }

  [[nodiscard]] std::vector<std::uint32_t> walk_on_host() const {
    std::vector<std::uint32_t> reached;
    reached.reserve(ASSAY_GPU_PROBE_VALUES);
    std::uint32_t at = 0;
    for (int part = 0; part < ASSAY_GPU_PROBE_VALUES; ++part) {
      for (std::uint64_t i = 0; i < accesses_ / ASSAY_GPU_PROBE_VALUES; ++i) {
        at = next_[at];
      }
      reached.push_back(at);
    }
    return reached;
  }

  std::string level_;
  bool through_l1_;
  std::uint64_t accesses_;
  std::uint64_t lines_ = 2;
  std::vector<std::uint32_t> next_;
  DeviceMemory data_;
  DeviceMemory at_;
  DeviceMemory reached_;
};

}  // namespace

std::unique_ptr<Work> make_chase_work(std::int32_t device, const Settings& settings) {
  const SettingReader reader("gpu_chase", settings, {"level", "size", "accesses"});
  const std::uint64_t accesses = reader.count("accesses", kDefaultAccesses, 8, std::uint64_t{1} << 32U);
  if (accesses % ASSAY_GPU_PROBE_VALUES != 0) {
    reader.refuse("accesses", std::to_string(accesses), "a multiple of 8");
  }
  return std::make_unique<ChaseWork>(device, reader.choice("level", {"hbm", "l2", "l1"}), reader.size("size"),
                                     accesses);
}

}  // namespace assay::cuda
