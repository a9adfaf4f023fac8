#include "kernels/stream_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/stream_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

#include <bit>

#ifndef ASSAY_STREAM_LOOP_SET
#define ASSAY_STREAM_LOOP_SET
namespace assay {
/// The loops of one instruction set.
struct StreamLoopSet {
  std::array<StreamLoop, kMostLoadStreams> load;   ///< by streams - 1
  std::array<StreamLoop, kStreamMixes> regular;    ///< by mix, load empty
  std::array<StreamLoop, kStreamMixes> streaming;  ///< by mix, load and update empty; all where stores cannot stream
};
}  // namespace assay
#endif

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Eight vectors of each array an iteration.
inline constexpr std::size_t kUnroll = 8;

// No core has wider vectors; with them kUnroll vectors are kStreamStep elements.
using Lanes = HWY_CAPPED(double, 64 / sizeof(double));
using Vector = hn::Vec<Lanes>;

// What the next pass reads must be read again, and what this one wrote must be written.
HWY_INLINE void end_of_pass() { asm volatile("" ::: "memory"); }

HWY_INLINE std::uint64_t folded(Vector vector) {
  const Lanes lanes;
  alignas(64) std::array<double, 64 / sizeof(double)> elements{};
  hn::Store(vector, lanes, elements.data());
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < hn::Lanes(lanes); ++i) {
    bits ^= std::bit_cast<std::uint64_t>(elements[i]);
  }
  return bits;
}

// kUnroll vectors, over four chains of exclusive ors: named variables, because vectors of SVE cannot be elements of an
// array.
HWY_INLINE void load_vectors(const double* from, Vector& x0, Vector& x1, Vector& x2, Vector& x3) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  x0 = hn::Xor(x0, hn::Load(lanes, from));
  x1 = hn::Xor(x1, hn::Load(lanes, from + n));
  x2 = hn::Xor(x2, hn::Load(lanes, from + 2 * n));
  x3 = hn::Xor(x3, hn::Load(lanes, from + 3 * n));
  x0 = hn::Xor(x0, hn::Load(lanes, from + 4 * n));
  x1 = hn::Xor(x1, hn::Load(lanes, from + 5 * n));
  x2 = hn::Xor(x2, hn::Load(lanes, from + 6 * n));
  x3 = hn::Xor(x3, hn::Load(lanes, from + 7 * n));
}

// kUnroll vectors of one stream, then of the next. Taking each vector from another stream than the one before gave the
// same figures on Zen 3, from every level.
template <std::size_t kStreams>
HWY_INLINE std::uint64_t load_streams(const StreamPass& pass) {
  const Lanes lanes;
  const std::size_t step = kUnroll * hn::Lanes(lanes);
  const std::size_t elements = pass.elements;
  Vector x0 = hn::Zero(lanes), x1 = x0, x2 = x0, x3 = x0;
  for (std::uint64_t done = 0; done < pass.passes; ++done) {
    for (std::size_t i = 0; i < elements; i += step) {
      load_vectors(pass.sources[0] + i, x0, x1, x2, x3);
      if constexpr (kStreams > 1) {
        load_vectors(pass.sources[1] + i, x0, x1, x2, x3);
      }
      if constexpr (kStreams > 2) {
        load_vectors(pass.sources[2] + i, x0, x1, x2, x3);
      }
      if constexpr (kStreams > 3) {
        load_vectors(pass.sources[3] + i, x0, x1, x2, x3);
      }
    }
    end_of_pass();
  }
  return folded(hn::Xor(hn::Xor(x0, x1), hn::Xor(x2, x3)));
}

template <Stores kStores>
HWY_INLINE void write(Vector value, double* to) {
  if constexpr (kStores == Stores::regular) {
    hn::Store(value, Lanes(), to);
  } else {
#if HWY_TARGET == HWY_SCALAR && HWY_ARCH_X86_64
    // Highway has no streaming store of one element; SSE2, which every x86-64 has, has one for integers.
    __builtin_ia32_movnti64(reinterpret_cast<long long*>(to), std::bit_cast<long long>(hn::GetLane(value)));
#else
    hn::Stream(value, Lanes(), to);
#endif
  }
}

template <StreamMix kMix>
HWY_INLINE Vector value_at(const double* b, const double* c, Vector s) {
  const Lanes lanes;
  if constexpr (kMix == StreamMix::store) {
    return s;
  } else if constexpr (kMix == StreamMix::copy) {
    return hn::Load(lanes, b);
  } else if constexpr (kMix == StreamMix::scale || kMix == StreamMix::update) {
    return hn::Mul(s, hn::Load(lanes, b));
  } else if constexpr (kMix == StreamMix::add) {
    return hn::Add(hn::Load(lanes, b), hn::Load(lanes, c));
  } else {
    return hn::MulAdd(s, hn::Load(lanes, c), hn::Load(lanes, b));
  }
}

// Written out: from an inner loop of one element each, g++ makes a call of memcpy.
template <StreamMix kMix, Stores kStores>
HWY_INLINE void write_vectors(double* a, const double* b, const double* c, Vector s) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  write<kStores>(value_at<kMix>(b, c, s), a);
  write<kStores>(value_at<kMix>(b + n, c + n, s), a + n);
  write<kStores>(value_at<kMix>(b + 2 * n, c + 2 * n, s), a + 2 * n);
  write<kStores>(value_at<kMix>(b + 3 * n, c + 3 * n, s), a + 3 * n);
  write<kStores>(value_at<kMix>(b + 4 * n, c + 4 * n, s), a + 4 * n);
  write<kStores>(value_at<kMix>(b + 5 * n, c + 5 * n, s), a + 5 * n);
  write<kStores>(value_at<kMix>(b + 6 * n, c + 6 * n, s), a + 6 * n);
  write<kStores>(value_at<kMix>(b + 7 * n, c + 7 * n, s), a + 7 * n);
}

template <StreamMix kMix, Stores kStores>
HWY_INLINE std::uint64_t write_stream(const StreamPass& pass) {
  const Lanes lanes;
  const std::size_t step = kUnroll * hn::Lanes(lanes);
  const Vector s = hn::Set(lanes, pass.scalar);
  const std::size_t elements = pass.elements;  // a local: the stores could overwrite the pass
  for (std::uint64_t done = 0; done < pass.passes; ++done) {
    double* const a = pass.destination;
    // What a mix does not read is its destination: nothing may be counted on from an array that is not there.
    const double* const b = kMix == StreamMix::update || kMix == StreamMix::store ? a : pass.sources[0];
    const double* const c = kMix == StreamMix::add || kMix == StreamMix::triad ? pass.sources[1] : a;
    for (std::size_t i = 0; i < elements; i += step) {
      write_vectors<kMix, kStores>(a + i, b + i, c + i, s);
    }
    end_of_pass();
  }
  if constexpr (kStores == Stores::streaming) {
    hwy::FlushStream();  // a pass is over when its stores have left the write-combining buffers
  }
  return 0;
}

// Not templates: a test finds them by name in the disassembly.
std::uint64_t load_1(const StreamPass& pass) { return load_streams<1>(pass); }
std::uint64_t load_2(const StreamPass& pass) { return load_streams<2>(pass); }
std::uint64_t load_3(const StreamPass& pass) { return load_streams<3>(pass); }
std::uint64_t load_4(const StreamPass& pass) { return load_streams<4>(pass); }
std::uint64_t store_regular(const StreamPass& pass) { return write_stream<StreamMix::store, Stores::regular>(pass); }
std::uint64_t update_regular(const StreamPass& pass) { return write_stream<StreamMix::update, Stores::regular>(pass); }
std::uint64_t copy_regular(const StreamPass& pass) { return write_stream<StreamMix::copy, Stores::regular>(pass); }
std::uint64_t scale_regular(const StreamPass& pass) { return write_stream<StreamMix::scale, Stores::regular>(pass); }
std::uint64_t add_regular(const StreamPass& pass) { return write_stream<StreamMix::add, Stores::regular>(pass); }
std::uint64_t triad_regular(const StreamPass& pass) { return write_stream<StreamMix::triad, Stores::regular>(pass); }
std::uint64_t store_streaming(const StreamPass& pass) {
  return write_stream<StreamMix::store, Stores::streaming>(pass);
}
std::uint64_t copy_streaming(const StreamPass& pass) { return write_stream<StreamMix::copy, Stores::streaming>(pass); }
std::uint64_t scale_streaming(const StreamPass& pass) {
  return write_stream<StreamMix::scale, Stores::streaming>(pass);
}
std::uint64_t add_streaming(const StreamPass& pass) { return write_stream<StreamMix::add, Stores::streaming>(pass); }
std::uint64_t triad_streaming(const StreamPass& pass) {
  return write_stream<StreamMix::triad, Stores::streaming>(pass);
}

StreamLoopSet stream_loop_set() {
  StreamLoopSet set{
      .load = {load_1, load_2, load_3, load_4},
      .regular = {nullptr, store_regular, update_regular, copy_regular, scale_regular, add_regular, triad_regular},
      .streaming = {}};
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128  // elsewhere g++ turns Highway's Stream into a regular store
  set.streaming = {nullptr, store_streaming, nullptr, copy_streaming, scale_streaming, add_streaming, triad_streaming};
#endif
  return set;
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(stream_loop_set);

StreamLoop find_stream_loop(const StreamLoopChoice& choice) {
  const auto& table = HWY_DISPATCH_TABLE(stream_loop_set);
  hwy::ChosenTarget chosen;
  chosen.Update(choice.target);
  const StreamLoopSet set = table[std::min(chosen.GetIndex(), std::size(table) - 1)]();  // one entry: one target
  const auto mix = static_cast<std::size_t>(choice.mix);
  if (choice.mix == StreamMix::load) {
    const bool exists = choice.stores == Stores::regular && choice.streams >= 1 && choice.streams <= kMostLoadStreams;
    return exists ? set.load[choice.streams - 1] : nullptr;
  }
  if (choice.streams != 1) {
    return nullptr;
  }
  return choice.stores == Stores::regular ? set.regular[mix] : set.streaming[mix];
}

}  // namespace assay
#endif
