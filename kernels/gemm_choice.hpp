#pragma once

#include <cstddef>
#include <string>

#include "kernels/gemm_library.hpp"
#include "kernels/library_race.hpp"

namespace assay {

/// The library that multiplies n x n matrices of this type fastest here: timed on that very shape when it is first
/// asked, which takes about 10 ms a library up to n = 256, 0.1 s for n = 1024, and the memory of the three matrices.
[[nodiscard]] LibraryChoice choose_gemm_library(GemmType type, std::size_t n);

/// Why each library that is left out of the choice is not in it, e.g. "xsmm: this build has no LIBXSMM"; empty if
/// all are.
[[nodiscard]] std::string absent_gemm_libraries(GemmType type);

}  // namespace assay
