#pragma once

#include <cstddef>
#include <span>

namespace assay {

/// Independent chains x <- x * factor + addend, `iterations` steps each, in registers.
/// `seeds` and `results` have fma_chain_count<Real>() elements, 64-byte aligned.
template <class Real>
struct FmaChainSet {
  const Real* seeds = nullptr;
  Real* results = nullptr;
  std::size_t iterations = 0;
  Real factor = 0;
  Real addend = 0;
};

/// The same number of chains on every machine, so that equal runs are equal work: the least common multiple of what the
/// register files hold at once (16 vectors of 512 bits; 12 of 256, 128 and 64 bits; 16 of 128 bits on arm64).
template <class Real>
constexpr std::size_t fma_chain_count() {
  return 3072 / sizeof(Real);  // 384 doubles, 768 floats
}

/// Work: 2 fma_chain_count() iterations flops. Counted traffic: each seed read and each result written once.
/// Each chain starts from its own element of `seeds`, which the compiler cannot see: with equal seeds g++ 12 merges
/// all chains into one and the loop then reports 12 times what it does. A test counts the instructions of the loop.
void fma_chains(const FmaChainSet<float>& chains) noexcept;
void fma_chains(const FmaChainSet<double>& chains) noexcept;

/// The same chains one after another, for references and for counting operations.
template <class Real, class Element>
void reference_fma_chains(std::span<const Element> seeds, const FmaChainSet<Element>& chains, std::span<Real> results) {
  const Real factor(chains.factor);
  const Real addend(chains.addend);
  for (std::size_t chain = 0; chain < results.size(); ++chain) {
    Real x(seeds[chain]);
    for (std::size_t i = 0; i < chains.iterations; ++i) {
      x = x * factor + addend;
    }
    results[chain] = x;
  }
}

}  // namespace assay
