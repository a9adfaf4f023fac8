#include "kernels/cuda/transfer_work.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/stream_kernels.cuh"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint64_t kDefaultBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 30U;

class TransferWork final : public TimedWork {
 public:
  TransferWork(std::int32_t device, std::string direction, std::uint64_t bytes)
      : TimedWork(device),
        direction_(std::move(direction)),
        to_card_(direction_ != "to_host"),
        to_host_(direction_ != "to_card"),
        tiles_(static_cast<std::uint32_t>(bytes / kTileBytes)) {}

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = ASSAY_GPU_FLOP;
    shape.uses_host_memory = 1;
    shape.traffic_bytes = bytes() * ((to_card_ ? 1U : 0U) + (to_host_ ? 1U : 0U));
    shape.step_traffic_bytes = shape.traffic_bytes;
    shape.memory_bytes = shape.traffic_bytes;
    shape.samples = 1;
    shape.tolerance = 0.0;
    shape.output_scale = 1.0;
    return shape;
  }

  [[nodiscard]] Settings settings() const override {
    return {{"direction", direction_}, {"size", std::to_string(bytes())}, {"fact:host memory", "page-locked"}};
  }

  /// Of the copy to the card where there is one; with both, every other value is of the copy to the host.
  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t place = probe_place(i, doubles());
      double value = 0.0;
      if (probes_card(i)) {
        ASSAY_CUDA(
            cudaMemcpyAsync(&value, card_in_.as<double>() + place, sizeof value, cudaMemcpyDeviceToHost, stream()));
        wait();
      } else {
        value = host_out_.as<double>()[place];
      }
      values[i] = static_cast<float>(value);
    }
  }

  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(uniform_at(probes_card(i) ? in_seed() : out_seed(), probe_place(i, doubles())));
    }
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    poison();
    launch(0);
    wait();
    AssayGpuCheck check{};
    check.passed = 1;
    if (to_card_) {
      const DeviceTally tally(stream());
      StreamArrays arrays;
      arrays.a = card_in_.data();
      arrays.tiles = tiles_;
      const std::uint64_t compared = check_stream(GpuMix::copy, arrays, in_seed(), 0, 0.0, tally.get(), stream());
      check = tally.read(compared, 0.0);
    }
    if (to_host_ && check.passed != 0) {
      check_host(check);
    }
    return check;
  }

 protected:
  void fill(std::uint64_t) override {
    if (to_card_) {
      host_in_ = PinnedMemory(bytes());
      card_in_ = DeviceMemory(bytes());
      for (std::uint64_t i = 0; i < doubles(); ++i) {
        host_in_.as<double>()[i] = uniform_at(in_seed(), i);
      }
    }
    if (to_host_) {
      card_out_ = DeviceMemory(bytes());
      host_out_ = PinnedMemory(bytes());
      fill_uniform(card_out_.as<double>(), doubles(), out_seed(), stream());
      wait();
    }
    if (to_card_ && to_host_) {
      second_ = std::make_unique<SecondStream>();
    }
    poison();
  }

  void launch(std::uint32_t) override {
    if (second_ != nullptr) {
      // The second stream begins when the first one gets here and is waited for at its end.
      ASSAY_CUDA(cudaEventRecord(second_->begin.get(), stream()));
      ASSAY_CUDA(cudaStreamWaitEvent(second_->stream.get(), second_->begin.get(), 0));
    }
    if (to_card_) {
      ASSAY_CUDA(cudaMemcpyAsync(card_in_.data(), host_in_.as<void>(), bytes(), cudaMemcpyHostToDevice, stream()));
    }
    if (to_host_) {
      const cudaStream_t lane = second_ != nullptr ? second_->stream.get() : stream();
      ASSAY_CUDA(cudaMemcpyAsync(host_out_.as<void>(), card_out_.data(), bytes(), cudaMemcpyDeviceToHost, lane));
    }
    if (second_ != nullptr) {
      ASSAY_CUDA(cudaEventRecord(second_->end.get(), second_->stream.get()));
      ASSAY_CUDA(cudaStreamWaitEvent(stream(), second_->end.get(), 0));
    }
  }

  [[nodiscard]] std::uint32_t samples() const override { return 1; }

 private:
  struct SecondStream {
    Stream stream;
    Event begin;
    Event end;
  };

  [[nodiscard]] std::uint64_t bytes() const { return std::uint64_t{tiles_} * kTileBytes; }
  [[nodiscard]] std::uint64_t doubles() const { return bytes() / sizeof(double); }
  [[nodiscard]] std::uint64_t in_seed() const { return stream_seed(seed(), 0, 7); }
  [[nodiscard]] std::uint64_t out_seed() const { return stream_seed(seed(), 0, 8); }
  [[nodiscard]] bool probes_card(std::size_t index) const { return to_card_ && (!to_host_ || index % 2 == 0); }

  void poison() {
    if (to_card_) {
      ASSAY_CUDA(cudaMemsetAsync(card_in_.data(), 0xff, bytes(), stream()));
    }
    wait();
    if (to_host_) {
      std::memset(host_out_.as<void>(), 0xff, bytes());
    }
  }

  void check_host(AssayGpuCheck& check) const {
    const auto* const values = host_out_.as<double>();
    for (std::uint64_t i = 0; i < doubles(); ++i) {
      if (values[i] != uniform_at(out_seed(), i)) {
        check.passed = 0;
        check.worst_relative_error = 1.0;
        std::snprintf(check.detail, sizeof check.detail, "value %llu of the copy to the host is wrong",
                      static_cast<unsigned long long>(i));
        return;
      }
    }
    check.compared += doubles();
  }

  std::string direction_;
  bool to_card_;
  bool to_host_;
  std::uint32_t tiles_;
  PinnedMemory host_in_;
  PinnedMemory host_out_;
  DeviceMemory card_in_;
  DeviceMemory card_out_;
  std::unique_ptr<SecondStream> second_;
};

}  // namespace

std::unique_ptr<Work> make_transfer(std::int32_t device, const Settings& settings) {
  const SettingReader reader("gpu_transfer", settings, {"direction", "size"});
  const std::string direction = reader.choice("direction", {"to_card", "to_host", "both"});
  std::uint64_t bytes = reader.size("size");
  bytes = bytes == 0 ? kDefaultBytes : bytes;
  if (bytes < kTileBytes || bytes > kMostBytes) {
    reader.refuse("size", std::to_string(bytes), "32KiB to 8GiB");
  }
  return std::make_unique<TransferWork>(device, direction, bytes);
}

}  // namespace assay::cuda
