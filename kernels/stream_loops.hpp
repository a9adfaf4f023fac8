#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/stream_mix.hpp"

namespace assay {

inline constexpr std::size_t kMostLoadStreams = 4;

/// What a stream loop goes through. Every array has `elements`, a multiple of kStreamStep, and is 64-byte aligned.
struct StreamPass {
  double* destination = nullptr;                             ///< unused by load
  std::array<const double*, kMostLoadStreams> sources = {};  ///< as many as the mix reads, or load has streams
  std::size_t elements = 0;                                  ///< of each array
  double scalar = 0.0;
  std::uint64_t passes = 1;  ///< inside the loop, so that a call does not dominate a small working set
};

/// Whole vectors of up to 512 bits, eight times unrolled.
inline constexpr std::size_t kStreamStep = 64;

/// Returns for load the exclusive or of all elements in all passes, by which a test sees that each one was loaded, and
/// else 0. One such operation a vector costs nothing: every core has as many ports for it as for loads. Streaming
/// stores have left the core when the loop returns. Allocates nothing.
using StreamLoop = std::uint64_t (*)(const StreamPass& pass);

struct StreamLoopChoice {
  std::int64_t target = 0;  ///< of simd_choice()
  StreamMix mix = StreamMix::load;
  std::size_t streams = 1;  ///< 1 to kMostLoadStreams with load, otherwise 1
  Stores stores = Stores::regular;
};

/// The loop compiled for that instruction set; nullptr where there is none: several streams of another mix than load,
/// streaming stores of load, of update or of a target without them.
[[nodiscard]] StreamLoop find_stream_loop(const StreamLoopChoice& choice);

/// One element of a mix that writes, for references and for counting operations; `b` and `c` as far as the mix reads.
/// Of update `b` is what the element was.
template <class Real>
Real reference_stream(StreamMix mix, double b, double c, double scalar) {
  switch (mix) {
    case StreamMix::load:
    case StreamMix::copy:
      return Real(b);
    case StreamMix::store:
      return Real(scalar);
    case StreamMix::update:
    case StreamMix::scale:
      return Real(scalar) * Real(b);
    case StreamMix::add:
      return Real(b) + Real(c);
    case StreamMix::triad:
      break;
  }
  return Real(b) + Real(scalar) * Real(c);
}

/// What load returns for one pass over `values`, element by element.
[[nodiscard]] inline std::uint64_t reference_checksum(std::span<const double> values) {
  std::uint64_t bits = 0;
  for (const double value : values) {
    bits ^= std::bit_cast<std::uint64_t>(value);
  }
  return bits;
}

}  // namespace assay
