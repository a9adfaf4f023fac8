#include "analysis/fast_sort.hpp"

#include <hwy/contrib/sort/vqsort.h>

namespace assay {

// Vectorised quicksort: Wassenberg et al., arXiv 2205.05982.
void sort_ascending(std::span<std::int64_t> values) {
  hwy::Sorter()(values.data(), values.size(), hwy::SortAscending());
}

}  // namespace assay
