#include "kernels/gpu/gpu_catalogue.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace assay {

namespace {

constexpr std::string_view kPrefix = "gpu_";

std::unique_ptr<Kernel> make_named(std::string_view name, const std::map<std::string, std::string>& parameters) {
  const auto device_text = parameters.find("device");
  const std::int32_t index = device_text == parameters.end() ? 0 : gpu_index_from(device_text->second);
  const Reading<GpuDevice> device = open_gpu(index);
  if (!device) {
    throw std::runtime_error(no_gpu_line(device.reason()));
  }
  return make_gpu_kernel(*device, name, parameters);
}

KernelParameter device_parameter() { return {"device", "cuda:N, counted as CUDA does", "cuda:0"}; }

}  // namespace

std::span<const KernelEntry> gpu_kernel_catalogue() {
  static const std::array catalogue{
      KernelEntry{"gpu_gemm",
                  "GPU: dense matrix product by cuBLASLt, the fastest of its algorithms for the shape.",
                  {device_parameter(),
                   {"dtype", "bf16, f16, tf32, f8 (e4m3), i8 or f64", "bf16"},
                   {"n", "columns, a multiple of 16", "8192"},
                   {"m", "rows; as n where it is not given", "8192"},
                   {"k", "inner index; as n where it is not given", "8192"},
                   {"candidates", "algorithms that race", "24"}},
                  [](const auto& parameters) { return make_named("gpu_gemm", parameters); }},
      KernelEntry{"gpu_stream",
                  "GPU: loads and stores of one mix, the bandwidth of its memory or of its L2 cache.",
                  {device_parameter(),
                   {"mix", "read, write, copy, triad (f64) or memcpy", "read"},
                   {"level", "hbm or l2", "hbm"},
                   {"size", "bytes of all arrays; auto: 4 GiB, of l2 half of it", "auto"},
                   {"stores", "regular, or streaming: hinted as used once", "regular"}},
                  [](const auto& parameters) { return make_named("gpu_stream", parameters); }},
      KernelEntry{"gpu_fma",
                  "GPU: chains of fused multiply-adds in registers: the peak rate of the ordinary lanes.",
                  {device_parameter(),
                   {"dtype", "f64 or f32", "f64"},
                   {"iterations", "steps of each chain, a multiple of 16", "16384"},
                   {"multiprocessors", "blocks of 1024 threads; auto: two for each", "auto"}},
                  [](const auto& parameters) { return make_named("gpu_fma", parameters); }},
      KernelEntry{"gpu_chase",
                  "GPU: one thread follows a random cycle of lines: the latency of a memory level.",
                  {device_parameter(),
                   {"level", "hbm, l2 or l1", "hbm"},
                   {"size", "bytes of the lines; auto: well within the level", "auto"},
                   {"accesses", "of one run, a multiple of 8", "65536"}},
                  [](const auto& parameters) { return make_named("gpu_chase", parameters); }},
      KernelEntry{"gpu_transfer",
                  "GPU: copies between page-locked memory of the host and the card.",
                  {device_parameter(),
                   {"direction", "to_card, to_host or both", "to_card"},
                   {"size", "bytes of one copy", "256MiB"}},
                  [](const auto& parameters) { return make_named("gpu_transfer", parameters); }},
      KernelEntry{
          "gpu_launch",
          "GPU: kernels that do next to nothing: what a launch costs.",
          {device_parameter(), {"mode", "stream, graph or roundtrip", "stream"}, {"kernels", "of one run", "128"}},
          [](const auto& parameters) { return make_named("gpu_launch", parameters); }},
  };
  return catalogue;
}

const KernelEntry* find_gpu_kernel(std::string_view name) {
  for (const KernelEntry& entry : gpu_kernel_catalogue()) {
    const std::string_view own = entry.name;
    if (own == name || own.substr(kPrefix.size()) == name) {
      return &entry;
    }
  }
  return nullptr;
}

std::string gpu_kernel_names() {
  std::string names;
  for (const KernelEntry& entry : gpu_kernel_catalogue()) {
    names += (names.empty() ? "" : ", ") + entry.name.substr(kPrefix.size());
  }
  return names;
}

std::unique_ptr<GpuKernel> make_gpu_kernel(const GpuDevice& device, std::string_view name,
                                           const std::map<std::string, std::string>& parameters) {
  std::map<std::string, std::string> settings = parameters;
  settings.erase("device");
  return std::make_unique<GpuKernel>(device, std::string(name), std::string(name.substr(kPrefix.size())), settings);
}

}  // namespace assay
