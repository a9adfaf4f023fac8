
#include "kernels/cuda/launch_work.hpp"
#include "kernels/cuda/host_clock.hpp"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint64_t kDefaultKernels = 128;

__global__ void count_up(unsigned long long* counter) { *counter += 1; }

/// A graph that was captured and made ready.
class Graph {
 public:
  template <class Launches>
  Graph(cudaStream_t stream, const Launches& launches) {
    ASSAY_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    cudaGraph_t graph = nullptr;
    try {
      launches();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(stream, &graph));
      static_cast<void>(cudaGraphDestroy(graph));
      throw;
    }
    ASSAY_CUDA(cudaStreamEndCapture(stream, &graph));
    const cudaError_t result = cudaGraphInstantiate(&ready_, graph, 0);
    static_cast<void>(cudaGraphDestroy(graph));
    check_call(result, "cudaGraphInstantiate");
    ASSAY_CUDA(cudaGraphUpload(ready_, stream));
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { static_cast<void>(cudaGraphExecDestroy(ready_)); }

  void launch(cudaStream_t stream) const { ASSAY_CUDA(cudaGraphLaunch(ready_, stream)); }

 private:
  cudaGraphExec_t ready_ = nullptr;
};

class LaunchWork final : public TimedWork {
 public:
  LaunchWork(std::int32_t device, std::string mode, std::uint64_t kernels)
      : TimedWork(device), mode_(std::move(mode)), kernels_(kernels) {}

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = ASSAY_GPU_ACCESS;
    shape.work = static_cast<double>(kernels_);
    shape.step_work = mode_ == "graph" ? shape.work : 1.0;
    shape.traffic_bytes = 0;
    shape.step_traffic_bytes = 0;
    shape.memory_bytes = sizeof(unsigned long long);
    shape.samples = 1;
    shape.tolerance = 0.0;
    shape.output_scale = 1.0;
    return shape;
  }

  [[nodiscard]] Settings settings() const override { return {{"mode", mode_}, {"kernels", std::to_string(kernels_)}}; }

  [[nodiscard]] AssayGpuTiming repeat(std::uint64_t steps) override {
    require(0);
    if (mode_ == "roundtrip") {
      const double begin = host_seconds();
      for (std::uint64_t i = 0; i < steps; ++i) {
        start_one();
        wait();
      }
      AssayGpuTiming timing{};
      timing.host_s = host_seconds() - begin;
      timing.device_s = timing.host_s;  // what the host waits is the figure
      timing.steps = steps;
      return timing;
    }
    // Never held back: how fast the host can feed the card is part of what is measured.
    return timer().time(stream(), steps, StretchTimer::kMostQueued + 1, [&] {
      for (std::uint64_t i = 0; i < steps; ++i) {
        if (graph_ != nullptr) {
          graph_->launch(stream());
        } else {
          start_one();
        }
      }
    });
  }

  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(0);
    for (float& value : values) {
      value = static_cast<float>(counted());
    }
  }

  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    for (float& value : values) {
      value = static_cast<float>(kernels_);
    }
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    launch(0);
    wait();
    AssayGpuCheck check{};
    check.compared = 1;
    check.passed = counted() == kernels_ ? 1 : 0;
    if (check.passed == 0) {
      check.worst_relative_error = 1.0;
      std::snprintf(check.detail, sizeof check.detail, "%llu kernels ran, expected %llu", counted(),
                    static_cast<unsigned long long>(kernels_));
    }
    return check;
  }

 protected:
  void fill(std::uint64_t) override {
    counter_ = DeviceMemory(sizeof(unsigned long long));
    ASSAY_CUDA(cudaMemsetAsync(counter_.data(), 0xff, counter_.bytes(), stream()));
    start_one();  // loaded before a graph is captured
    wait();
    if (mode_ == "graph") {
      graph_ = std::make_unique<Graph>(stream(), [this] {
        for (std::uint64_t i = 0; i < kernels_; ++i) {
          start_one();
        }
      });
    }
  }

  void launch(std::uint32_t) override {
    ASSAY_CUDA(cudaMemsetAsync(counter_.data(), 0, counter_.bytes(), stream()));
    if (graph_ != nullptr) {
      graph_->launch(stream());
      return;
    }
    for (std::uint64_t i = 0; i < kernels_; ++i) {
      start_one();
      if (mode_ == "roundtrip") {
        wait();
      }
    }
  }

  [[nodiscard]] std::uint32_t samples() const override { return 1; }

 private:
  void start_one() {
    count_up<<<1, 1, 0, stream()>>>(counter_.as<unsigned long long>());
    check_launch("count_up");
  }

  [[nodiscard]] unsigned long long counted() const {
    unsigned long long count = 0;
    ASSAY_CUDA(cudaMemcpyAsync(&count, counter_.data(), sizeof count, cudaMemcpyDeviceToHost, stream()));
    wait();
    return count;
  }

  std::string mode_;
  std::uint64_t kernels_;
  DeviceMemory counter_;
  std::unique_ptr<Graph> graph_;
};

}  // namespace

std::unique_ptr<Work> make_launch(std::int32_t device, const Settings& settings) {
  const SettingReader reader("gpu_launch", settings, {"mode", "kernels"});
  return std::make_unique<LaunchWork>(device, reader.choice("mode", {"stream", "graph", "roundtrip"}),
                                      reader.count("kernels", kDefaultKernels, 1, 4096));
}

}  // namespace assay::cuda
