#pragma once

#include "kernels/cuda/cuda_call.cuh"

/// The one place where this folder starts kernels: ASSAY_LAUNCH(kernel, grid, threads, stream)(arguments). The host's
/// tests give it another meaning and run the kernels' code on the CPU (tests/kernels/cuda_on_host.hpp).
#ifndef ASSAY_LAUNCH
#define ASSAY_LAUNCH(kernel, grid, threads, stream) kernel<<<(grid), (threads), 0, (stream)>>>
#endif
