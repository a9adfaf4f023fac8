#pragma once

#include "analysis/run_comparison.hpp"

namespace assay {

struct RowPlan {
  double margin = 0.03;
  double alpha = 0.05;
};

/// One quantity of two sets of repeats, with its reading and what would settle it.
[[nodiscard]] ComparedRow compared_row(const ComparisonQuantity& quantity, const ComparisonSide& a,
                                       const ComparisonSide& b, const RowPlan& plan);

}  // namespace assay
