#include "scenarios/prepared_kernels.hpp"

#include <algorithm>
#include <numeric>

namespace assay {

Kernel& PreparedKernels::get(const KernelChoice& choice) {
  const auto here = std::ranges::find(kept_, choice, &Kept::choice);
  if (here != kept_.end()) {
    std::rotate(here, here + 1, kept_.end());
    return *kept_.back().kernel;
  }
  std::unique_ptr<Kernel> kernel = choice.entry->make(choice.parameters);
  const auto taken = [this] {
    return std::accumulate(kept_.begin(), kept_.end(), Bytes{},
                           [](Bytes sum, const Kept& kept) { return sum + kept.kernel->memory_per_worker(); });
  };
  while (!kept_.empty() && taken() + kernel->memory_per_worker() > budget_) {
    kept_.erase(kept_.begin());
  }
  kernel->prepare(1);
  kept_.push_back({.choice = choice, .kernel = std::move(kernel)});
  return *kept_.back().kernel;
}

}  // namespace assay
