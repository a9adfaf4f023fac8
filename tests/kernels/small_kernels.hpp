#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"

namespace assay::testing {

/// A kernel of the catalogue with sizes that a test can afford, in each of its variants.
struct SmallKernel {
  std::string name;
  std::map<std::string, std::string> parameters;

  [[nodiscard]] std::unique_ptr<Kernel> make() const { return find_kernel(name)->make(parameters); }
};

inline std::vector<SmallKernel> small_kernels() {
  return {{"mlp", {{"width", "64"}}},       {"mlp", {{"width", "192"}, {"layers", "4"}}},
          {"gemm", {{"n", "37"}}},          {"gemm", {{"n", "64"}, {"dtype", "f64"}}},
          {"gemv", {{"size", "128KiB"}}},   {"gemv", {{"size", "64KiB"}, {"dtype", "bf16"}}},
          {"triad", {{"size", "96KiB"}}},   {"triad", {{"size", "96KiB"}, {"stores", "streaming"}}},
          {"fma", {{"iterations", "100"}}}, {"fma", {{"iterations", "1000"}, {"dtype", "f32"}}}};
}

/// For the names of parameterised tests and for messages: "gemm dtype=f64 n=64".
inline std::string describe(const SmallKernel& kernel) {
  std::string text = kernel.name;
  for (const auto& [name, value] : kernel.parameters) {
    text += " " + name + "=" + value;
  }
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const SmallKernel& kernel) { return out << describe(kernel); }

}  // namespace assay::testing
