#include "kernels/cuda/gemm_work.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cuda/matmul.cuh"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint64_t kDefaultSide = 8192;
constexpr std::uint64_t kLargestSide = std::uint64_t{1} << 20U;
constexpr std::uint64_t kGranule = 16;  // what the narrow types need of every leading dimension
constexpr std::uint64_t kDefaultCandidates = 24;
constexpr std::uint64_t kCheckedPlaces = 65536;
constexpr std::uint64_t kL2Multiple = 4;
constexpr std::uint64_t kMostSets = 64;

struct DataType {
  const char* name;
  NumberFormat input;
  OutputFormat output;
  MatmulTypes types;
  /// Bound on |error| / max(|expected|, sqrt(k) x mean square): the rounding of the output (2^-9 of bf16, 2^-12 of
  /// f16), and room for sums in f32, of which f8 with fast accumulation keeps 14 bits between its steps.
  double bound;
  int least_capability;  ///< 10 major + minor
};

constexpr std::array<DataType, 6> kDataTypes{{
    {"bf16", kFormatBf16, OutputFormat::bf16, {CUDA_R_16BF, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F}, 4e-3, 80},
    {"f16", kFormatF16, OutputFormat::f16, {CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F}, 1e-3, 70},
    {"tf32",
     kFormatTf32,
     OutputFormat::f32,
     {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F},
     1e-3,
     80},
    {"f8", kFormatF8, OutputFormat::bf16, {CUDA_R_8F_E4M3, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F}, 5e-2, 89},
    {"i8", kFormatI8, OutputFormat::i32, {CUDA_R_8I, CUDA_R_32I, CUBLAS_COMPUTE_32I, CUDA_R_32I}, 0.0, 75},
    {"f64", kFormatF64, OutputFormat::f64, {CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F, CUDA_R_64F}, 1e-12, 60},
}};

class GemmWork final : public TimedWork {
 public:
  GemmWork(std::int32_t device, const DataType& type, const GemmProblem& shape, std::uint64_t candidates)
      : TimedWork(device), type_(type), problem_(shape), candidates_(candidates) {
    const int capability = 10 * facts().compute_major + facts().compute_minor;
    if (capability < type.least_capability) {
      throw GpuError(ASSAY_GPU_UNSUPPORTED,
                     std::string("gpu_gemm: dtype=") + type.name + ": needs capability " +
                         std::to_string(type.least_capability / 10) + "." + std::to_string(type.least_capability % 10) +
                         ", this card has " + std::to_string(capability / 10) + "." + std::to_string(capability % 10));
    }
    problem_.input = type.input;
    problem_.output = type.output;
    const std::uint64_t wanted = (kL2Multiple * facts().l2_bytes + set_bytes() - 1) / set_bytes();
    sets_wanted_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 1, kMostSets));
  }

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = type_.output == OutputFormat::i32 ? ASSAY_GPU_INTEGER_OPERATION : ASSAY_GPU_FLOP;
    shape.work =
        2.0 * static_cast<double>(problem_.m) * static_cast<double>(problem_.n) * static_cast<double>(problem_.k);
    shape.step_work = shape.work;
    shape.traffic_bytes = set_bytes();
    shape.step_traffic_bytes = shape.traffic_bytes;
    shape.memory_bytes = set_bytes() * sets_wanted_ + Matmul::kWorkspaceBytes;
    shape.samples = sets_wanted_;
    shape.tolerance = type_.bound + std::numeric_limits<float>::epsilon();
    shape.output_scale = scale();
    return shape;
  }

  [[nodiscard]] Settings settings() const override {
    Settings settings{{"dtype", type_.name},
                      {"m", std::to_string(problem_.m)},
                      {"n", std::to_string(problem_.n)},
                      {"k", std::to_string(problem_.k)},
                      {"candidates", std::to_string(candidates_)},
                      {"fact:sets in turn", std::to_string(sets_wanted_)}};
    if (matmul_ != nullptr) {
      settings["fact:algorithm"] = matmul_->describe(matmul_->chosen());
      settings["fact:raced"] = std::to_string(matmul_->candidates());
    }
    return settings;
  }

  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(last_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::array<char, 8> bytes{};
      const std::uint64_t size = bytes_of(type_.output);
      ASSAY_CUDA(cudaMemcpyAsync(bytes.data(), static_cast<char*>(operands(last_).d) + place(i) * size, size,
                                 cudaMemcpyDeviceToHost, stream()));
      wait();
      values[i] = static_cast<float>(output_value(type_.output, bytes.data()));
    }
  }

  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    const GemmProblem problem = problem_of(sample);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t row = place(i) % problem.m;
      const std::uint64_t column = place(i) / problem.m;
      double sum = 0.0;
      for (std::uint64_t l = 0; l < problem.k; ++l) {
        const std::uint64_t left = random_bits_at(problem.seed_a, row * problem.k + l);
        const std::uint64_t right = random_bits_at(problem.seed_b, column * problem.k + l);
        sum += value_of_bits(problem.input, element_bits(problem.input, left)) *
               value_of_bits(problem.input, element_bits(problem.input, right));
      }
      values[i] = static_cast<float>(sum);
    }
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    poison(0);
    launch(0);
    const DeviceTally tally(stream());
    const std::uint64_t compared =
        check_gemm(problem_of(0), operands(0).d, kCheckedPlaces, scale(), type_.bound, tally.get(), stream());
    return tally.read(compared, type_.bound);
  }

 protected:
  void fill(std::uint64_t) override {
    sets_.clear();
    for (std::uint32_t i = 0; i < sets_wanted_; ++i) {
      sets_.emplace_back(set_bytes());
    }
    for (std::uint32_t i = 0; i < sets_wanted_; ++i) {
      const GemmProblem problem = problem_of(i);
      const Matmul::Operands set = operands(i);
      fill_elements(const_cast<void*>(set.a), problem.m * problem.k, problem.input, problem.seed_a, stream());
      fill_elements(const_cast<void*>(set.b), problem.n * problem.k, problem.input, problem.seed_b, stream());
      poison(i);
    }
    matmul_ =
        std::make_unique<Matmul>(problem_, type_.types, type_.input.bytes == 1 && type_.output == OutputFormat::bf16);
    matmul_->find_candidates(static_cast<int>(candidates_));
    race();
  }

  void launch(std::uint32_t sample) override {
    matmul_->launch(operands(sample), stream());
    last_ = sample;
  }

  [[nodiscard]] std::uint32_t samples() const override { return sets_wanted_; }

 private:
  [[nodiscard]] std::uint64_t a_bytes() const { return problem_.m * problem_.k * problem_.input.bytes; }
  [[nodiscard]] std::uint64_t b_bytes() const { return problem_.n * problem_.k * problem_.input.bytes; }
  [[nodiscard]] std::uint64_t d_bytes() const { return problem_.m * problem_.n * bytes_of(problem_.output); }
  /// Every part is a multiple of 256 bytes, since m, n and k are multiples of 16.
  [[nodiscard]] std::uint64_t set_bytes() const { return a_bytes() + b_bytes() + d_bytes(); }
  [[nodiscard]] double scale() const {
    return std::sqrt(static_cast<double>(problem_.k)) * mean_square_of(problem_.input);
  }
  [[nodiscard]] std::uint64_t place(std::size_t index) const { return probe_place(index, problem_.m * problem_.n); }

  [[nodiscard]] GemmProblem problem_of(std::uint32_t sample) const {
    GemmProblem problem = problem_;
    problem.seed_a = stream_seed(seed(), sample, 4);
    problem.seed_b = stream_seed(seed(), sample, 5);
    return problem;
  }

  [[nodiscard]] Matmul::Operands operands(std::uint32_t sample) const {
    char* const data = sets_[sample].as<char>();
    return {.a = data, .b = data + a_bytes(), .d = data + a_bytes() + b_bytes()};
  }

  void poison(std::uint32_t sample) const {
    ASSAY_CUDA(cudaMemsetAsync(operands(sample).d, 0xff, d_bytes(), stream()));
  }

  /// Twice through all candidates, a warm-up and three products each; the least of the two times counts, so that one
  /// disturbance does not decide.
  void race() {
    constexpr std::uint64_t kProducts = 3;
    std::vector<double> best(matmul_->candidates(), std::numeric_limits<double>::infinity());
    for (int turn = 0; turn < 2; ++turn) {
      for (std::size_t i = 0; i < best.size(); ++i) {
        if (!matmul_->try_launch(i, operands(0), stream())) {
          continue;
        }
        wait();
        bool accepted = true;
        const AssayGpuTiming timing = timer().time(stream(), kProducts, kProducts, [&] {
          for (std::uint64_t product = 0; product < kProducts; ++product) {
            const auto set = static_cast<std::uint32_t>(product % sets_wanted_);
            accepted = matmul_->try_launch(i, operands(set), stream()) && accepted;
          }
        });
        if (accepted) {
          best[i] = std::min(best[i], timing.device_s);
        }
      }
    }
    const auto winner = std::min_element(best.begin(), best.end());
    if (!std::isfinite(*winner)) {
      throw GpuError(ASSAY_GPU_UNSUPPORTED, "cuBLASLt runs none of the algorithms that it proposes");
    }
    matmul_->choose(static_cast<std::size_t>(winner - best.begin()));
  }

  const DataType& type_;
  GemmProblem problem_;
  std::uint64_t candidates_;
  std::uint32_t sets_wanted_ = 1;
  std::vector<DeviceMemory> sets_;
  std::unique_ptr<Matmul> matmul_;
  std::uint32_t last_ = 0;
};

}  // namespace

std::unique_ptr<Work> make_gemm_work(std::int32_t device, const Settings& settings) {
  const SettingReader reader("gpu_gemm", settings, {"dtype", "m", "n", "k", "candidates"});
  const std::string dtype = reader.choice("dtype", {"bf16", "f16", "tf32", "f8", "i8", "f64"});
  const auto* const type =
      std::find_if(kDataTypes.begin(), kDataTypes.end(), [&](const DataType& one) { return dtype == one.name; });
  const std::uint64_t n = reader.count("n", kDefaultSide, kGranule, kLargestSide);
  GemmProblem shape;
  shape.m = reader.count("m", n, kGranule, kLargestSide);
  shape.n = n;
  shape.k = reader.count("k", n, kGranule, kLargestSide);
  for (const auto& [name, value] : {std::pair{"m", shape.m}, std::pair{"n", shape.n}, std::pair{"k", shape.k}}) {
    if (value % kGranule != 0) {
      reader.refuse(name, std::to_string(value), "a multiple of " + std::to_string(kGranule));
    }
  }
  return std::make_unique<GemmWork>(device, *type, shape, reader.count("candidates", kDefaultCandidates, 1, 128));
}

}  // namespace assay::cuda
