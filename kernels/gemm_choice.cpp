#include "kernels/gemm_choice.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/input_values.hpp"

namespace assay {
namespace {

template <class Element>
struct Operands {
  explicit Operands(std::size_t n) : a(n * n), b(n * n), c(n * n) {
    fill_uniform(a.span(), {1, 0}, GemmElements<Element>::kRangeA);
    fill_uniform(b.span(), {1, 1}, GemmElements<Element>::kRangeB);
  }
  Array<Element> a;
  Array<typename GemmElements<Element>::B> b;
  Array<typename GemmElements<Element>::C> c;
};

template <class Element>
std::vector<RaceEntrant> entrants(std::size_t n) {
  constexpr GemmType kType = GemmElements<Element>::kType;
  const auto operands = std::make_shared<Operands<Element>>(n);
  std::vector<RaceEntrant> entrants;
  for (const GemmLibrary& library : gemm_libraries()) {
    if (!library.offer(kType)) {
      continue;
    }
    const std::shared_ptr<GemmRoutine> routine = library.routine(kType, n);
    entrants.push_back({std::string(library.name), [operands, routine](std::uint64_t iterations) {
                          for (std::uint64_t i = 0; i < iterations; ++i) {
                            routine->multiply(operands->a.data(), operands->b.data(), operands->c.data());
                          }
                        }});
  }
  return entrants;
}

std::vector<RaceEntrant> entrants_of(GemmType type, std::size_t n) {
  switch (type) {
    case GemmType::f32:
      return entrants<float>(n);
    case GemmType::f64:
      return entrants<double>(n);
    case GemmType::bf16:
      return entrants<BFloat16>(n);
    case GemmType::u8s8:
      return entrants<std::uint8_t>(n);
    case GemmType::s8s8:
      return entrants<std::int8_t>(n);
  }
  return {};
}

}  // namespace

LibraryChoice choose_gemm_library(GemmType type, std::size_t n) {
  const bool counts_integers = type == GemmType::u8s8 || type == GemmType::s8s8;
  return choose_library(fmt::format("gemm {} {}", name_of(type), n), Flops{2 * n * n * n},
                        counts_integers ? WorkUnit::integer_operation : WorkUnit::flop,
                        [=] { return entrants_of(type, n); });
}

std::string absent_gemm_libraries(GemmType type) {
  std::string reasons;
  for (const GemmLibrary& library : gemm_libraries()) {
    if (const Reading<std::string> offer = library.offer(type); !offer) {
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", library.name, offer.reason());
    }
  }
  return reasons;
}

}  // namespace assay
