#include "kernels/library_comparison.hpp"

#include <fmt/format.h>

#include "kernels/gemm_library.hpp"

namespace assay {
namespace {

DotVariant by_library(const LibraryComparison& comparison, const std::string& library) {
  return {.kernel = "gemm",
          .parameters = {{"n", std::to_string(comparison.n)}, {"dtype", comparison.dtype}, {"library", library}},
          .label = library,
          .dtype = comparison.dtype};
}

LibraryComparison compare(GemmType type, std::size_t n) {
  LibraryComparison comparison{.n = n, .dtype = std::string(name_of(type))};
  comparison.chosen = by_library(comparison, "auto");
  for (const GemmLibrary& library : gemm_libraries()) {
    if (const Reading<std::string> offer = library.offer(type); offer) {
      comparison.each.push_back(by_library(comparison, std::string(library.name)));
    } else {
      comparison.absent.push_back(fmt::format("{}: {}", library.name, offer.reason()));
    }
  }
  return comparison;
}

}  // namespace

std::vector<LibraryComparison> library_comparisons() {
  std::vector<LibraryComparison> comparisons;
  for (const GemmType type : {GemmType::f32, GemmType::f64, GemmType::u8s8, GemmType::s8s8}) {
    for (const std::size_t n : {256U, 512U, 1024U}) {
      comparisons.push_back(compare(type, n));
    }
  }
  return comparisons;
}

}  // namespace assay
