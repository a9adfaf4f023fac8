#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/dots.hpp"

namespace assay {

/// One product by each library that can do it here, and by the one that `auto` chooses.
struct LibraryComparison {
  std::size_t n = 0;
  std::string dtype;
  DotVariant chosen;                ///< library=auto
  std::vector<DotVariant> each;     ///< library=openblas and so on; the label is the library's name
  std::vector<std::string> absent;  ///< "xsmm: why it cannot do this here"
};

/// For the table that shows whether the choice is at least the best of the libraries: gemm in f32, f64, i8 and s8, each
/// at n = 256, 512 and 1024. Opens the libraries; measures nothing.
[[nodiscard]] std::vector<LibraryComparison> library_comparisons();

}  // namespace assay
