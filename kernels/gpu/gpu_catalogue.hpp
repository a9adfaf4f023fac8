#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kernels/gpu/gpu_kernel.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// What `--device cuda:N` can run, in the order in which it is listed: "gpu_gemm" and its like, each with the parameter
/// "device". They are no part of kernel_catalogue(), which every machine has. make() throws std::invalid_argument for a
/// bad parameter and std::runtime_error with no_gpu_line() where there is no GPU.
[[nodiscard]] std::span<const KernelEntry> gpu_kernel_catalogue();

/// By its own name, or by that of the CPU's kernel which it answers to: "gpu_gemm" and "gemm". nullptr: there is none.
[[nodiscard]] const KernelEntry* find_gpu_kernel(std::string_view name);

/// The names that `--device` takes, for a message: "gemm, stream, ...".
[[nodiscard]] std::string gpu_kernel_names();

/// A kernel of gpu_kernel_catalogue() on a device that is open; `name` is one of its own names.
[[nodiscard]] std::unique_ptr<GpuKernel> make_gpu_kernel(const GpuDevice& device, std::string_view name,
                                                         const std::map<std::string, std::string>& parameters);

}  // namespace assay
