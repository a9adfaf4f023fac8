#pragma once

#include <functional>

#include "kernels/cuda/cuda_call.cuh"

// Put before kernels/cuda/llm/launch.cuh by the include path of the host's tests.

namespace assay::on_host {

/// Runs the kernel's blocks one after another, or keeps them for the graph that is being made.
void run_blocks(dim3 blocks, dim3 threads, std::function<void()> kernel);
/// Does a piece of a stream's work now, or keeps it for the graph that is being made.
void in_order(std::function<void()> work);

template <class Kernel>
auto launcher(Kernel kernel, dim3 blocks, dim3 threads) {
  return [=](auto... arguments) { run_blocks(blocks, threads, [=] { kernel(arguments...); }); };
}

}  // namespace assay::on_host

#define ASSAY_LAUNCH(kernel, grid, threads, stream) \
  (static_cast<void>(stream), assay::on_host::launcher((kernel), dim3(grid), dim3(threads)))
