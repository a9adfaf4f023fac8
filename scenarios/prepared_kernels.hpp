#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"

namespace assay {

/// A kernel of the catalogue with the parameters that differ from its defaults.
struct KernelChoice {
  const KernelEntry* entry = nullptr;
  std::map<std::string, std::string> parameters;
  friend bool operator==(const KernelChoice&, const KernelChoice&) = default;
};

/// Kernels in memory, kept while others are measured in between: preparing gigabytes takes longer than measuring them.
/// The one that was asked for longest ago goes first when the budget is spent.
class PreparedKernels {
 public:
  explicit PreparedKernels(Bytes budget) : budget_(budget) {}

  /// Makes and prepares the kernel on the calling thread unless it is here. The reference holds until the next call.
  /// Throws what make() and prepare() throw.
  [[nodiscard]] Kernel& get(const KernelChoice& choice);

  [[nodiscard]] std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    KernelChoice choice;
    std::unique_ptr<Kernel> kernel;
  };

  Bytes budget_;
  std::vector<Kept> kept_;  ///< the one asked for last at the end
};

}  // namespace assay
