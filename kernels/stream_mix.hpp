#pragma once

#include <cstddef>
#include <string_view>

namespace assay {

/// The loads and stores of a bandwidth kernel: load reads, store writes s, update a = s a in place, copy a = b, scale
/// a = s b, add a = b + c, triad a = b + s c. The last four are McCalpin's STREAM. An update gives the level that it
/// reads from back what it took: a cache whose ways in and out are separate moves more by it than by any other mix.
enum class StreamMix { load, store, update, copy, scale, add, triad };
inline constexpr std::size_t kStreamMixes = 7;

/// How results are written: regular stores read each line into the cache first (write-allocate), streaming stores go
/// past the caches, which pays only when the operands come from memory.
enum class Stores { regular, streaming };

/// What is true of one element of a mix.
struct StreamMixFacts {
  std::string_view name;
  std::size_t reads = 0;
  std::size_t writes = 0;
  std::size_t flops = 0;
  bool has_scalar = false;
  bool in_place = false;  ///< what is read is then written: one array, and no line is read only to be overwritten

  [[nodiscard]] constexpr std::size_t sources() const { return in_place ? 0 : reads; }
};

[[nodiscard]] constexpr StreamMixFacts facts_of(StreamMix mix) {
  switch (mix) {
    case StreamMix::load:
      return {.name = "load", .reads = 1};
    case StreamMix::store:
      return {.name = "store", .writes = 1, .has_scalar = true};
    case StreamMix::update:
      return {.name = "update", .reads = 1, .writes = 1, .flops = 1, .has_scalar = true, .in_place = true};
    case StreamMix::copy:
      return {.name = "copy", .reads = 1, .writes = 1};
    case StreamMix::scale:
      return {.name = "scale", .reads = 1, .writes = 1, .flops = 1, .has_scalar = true};
    case StreamMix::add:
      return {.name = "add", .reads = 2, .writes = 1, .flops = 1};
    case StreamMix::triad:
      break;
  }
  return {.name = "triad", .reads = 2, .writes = 1, .flops = 2, .has_scalar = true};
}

[[nodiscard]] constexpr std::string_view name_of(StreamMix mix) { return facts_of(mix).name; }
[[nodiscard]] constexpr std::string_view name_of(Stores stores) {
  return stores == Stores::regular ? "regular" : "streaming";
}

}  // namespace assay
