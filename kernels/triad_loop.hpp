#pragma once

#include <cstddef>
#include <span>

namespace assay {

/// How the triad writes its result: regular stores read each line into the cache first (write-allocate), streaming
/// stores bypass it, which pays only when the arrays come from memory.
enum class Stores { Regular, Streaming };

/// One pass of the STREAM triad; every array has `elements`, a multiple of kTriadStep, and is 64-byte aligned.
struct TriadArrays {
  double* a = nullptr;
  const double* b = nullptr;
  const double* c = nullptr;
  std::size_t elements = 0;
};

/// Whole vectors of every instruction set, up to the 2048 bits of SVE, twice over.
inline constexpr std::size_t kTriadStep = 64;

/// a[i] = b[i] + scalar * c[i] with the widest vectors of this processor.
/// Work: 2 flops an element. Counted traffic: 24 bytes an element (b and c read, a written); on the bus a regular store
/// moves 8 more, the line read before it is overwritten. Allocates nothing; one thread.
/// Source: McCalpin, STREAM, "Triad".
void triad(const TriadArrays& arrays, double scalar, Stores stores) noexcept;

/// The same sum element by element, for references and for counting operations.
template <class Real, class Element>
void reference_triad(std::span<const Element> b, double scalar, std::span<const Element> c, std::span<Real> a) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = Real(b[i]) + Real(scalar) * Real(c[i]);
  }
}

}  // namespace assay
