#pragma once

#include <string>

namespace assay {

/// Makes OpenBLAS compute on the calling thread alone: parallelism is the business of the pinned workers. Sets it once
/// a process; any thread may call it.
void use_one_blas_thread();

/// The library and the code path that it chose for this processor, e.g. "OpenBLAS 0.3.21, SkylakeX".
[[nodiscard]] std::string blas_implementation();

}  // namespace assay
