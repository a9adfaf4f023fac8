#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "scenarios/gpu_roofline.hpp"

namespace assay {

namespace {

class GpuPlanner {
 public:
  GpuPlanner(const GpuDevice& device, int cpu) : device_(device), cpu_(cpu) {}

  void compute() {
    for (const std::string dtype : {"f64", "f32"}) {
      add({.id = "compute/gpu/" + dtype + "/fma",
           .kind = SubjectKind::compute,
           .kernel = "gpu_fma",
           .parameters = {{"dtype", dtype}},
           .dtype = dtype,
           .mix = "fma"});
    }
    for (const std::string dtype : {"bf16", "f16", "tf32", "f8", "i8", "f64"}) {
      add({.id = "compute/gpu/" + dtype + "/product",
           .kind = SubjectKind::compute,
           .kernel = "gpu_gemm",
           .parameters = {{"dtype", dtype}},
           .dtype = dtype,
           .mix = "dot products by cuBLASLt"});
    }
  }

  void bandwidth() {
    for (const std::string mix : {"read", "write", "copy", "triad", "memcpy"}) {
      for (const std::string stores : {"regular", "streaming"}) {
        if (mix != "memcpy" || stores == "regular") {
          stream("HBM", "hbm", mix, stores);
        }
      }
    }
    for (const std::string mix : {"read", "copy", "triad"}) {
      stream("L2", "l2", mix, "regular");
    }
    for (const std::string direction : {"to_card", "to_host", "both"}) {
      add({.id = "bandwidth/PCIe/" + direction,
           .kind = SubjectKind::bandwidth,
           .kernel = "gpu_transfer",
           .parameters = {{"direction", direction}},
           .level = "PCIe",
           .mix = direction});
    }
  }

  void latency() {
    for (const auto& [level, name] : {std::pair{"l1", "L1"}, std::pair{"l2", "L2"}, std::pair{"hbm", "HBM"}}) {
      add({.id = fmt::format("latency/{}/chase", name),
           .kind = SubjectKind::latency,
           .kernel = "gpu_chase",
           .parameters = {{"level", level}},
           .level = name,
           .mix = "chase"});
    }
    for (const auto& [mode, mix] :
         {std::pair{"stream", "launch, back to back"}, std::pair{"graph", "kernel of a graph"},
          std::pair{"roundtrip", "launch and wait"}}) {
      add({.id = fmt::format("latency/launch/{}", mode),
           .kind = SubjectKind::latency,
           .kernel = "gpu_launch",
           .parameters = {{"mode", mode}},
           .mix = mix});
    }
  }

  [[nodiscard]] std::vector<RooflineSubject> take() { return std::move(subjects_); }

 private:
  /// All subjects are in memory at once: what each takes leaves room for the others, and is long beyond the L2 cache.
  [[nodiscard]] std::string stream_size() const {
    constexpr std::uint64_t kMost = std::uint64_t{2} << 30U;
    constexpr std::uint64_t kShare = 40;
    constexpr std::uint64_t kLeastMultiple = 4;  // of the L2 cache
    const AssayGpuFacts& facts = device_.facts;
    return std::to_string(std::max(std::min(kMost, facts.free_bytes / kShare), kLeastMultiple * facts.l2_bytes));
  }

  void stream(const std::string& name, const std::string& level, const std::string& mix, const std::string& stores) {
    RooflineSubject subject{.id = fmt::format("bandwidth/{}/{}{}", name, mix, stores == "regular" ? "" : "-streaming"),
                            .kind = SubjectKind::bandwidth,
                            .kernel = "gpu_stream",
                            .parameters = {{"mix", mix}, {"level", level}, {"stores", stores}},
                            .level = name,
                            .dtype = "f64",
                            .mix = stores == "regular" ? mix : mix + " streaming"};
    if (level == "hbm") {
      subject.parameters["size"] = stream_size();
    }
    add(std::move(subject));
  }

  void add(RooflineSubject subject) {
    subject.isa = "GPU";
    subject.cpus = {cpu_};
    subject.parameters["device"] = device_.name();
    subjects_.push_back(std::move(subject));
  }

  const GpuDevice& device_;
  int cpu_;
  std::vector<RooflineSubject> subjects_;
};

}  // namespace

std::vector<RooflineSubject> plan_gpu_roofline(const GpuDevice& device, const RooflineParts& parts, int cpu) {
  GpuPlanner planner(device, cpu);
  if (parts.compute) {
    planner.compute();
  }
  if (parts.bandwidth) {
    planner.bandwidth();
  }
  if (parts.latency) {
    planner.latency();
  }
  return planner.take();
}

}  // namespace assay
