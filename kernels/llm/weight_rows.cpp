#include "kernels/llm/weight_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/llm/weight_rows.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "kernels/llm/philox.hpp"

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void fill_levels(const WeightRowName& name, std::int16_t* levels, std::size_t columns) {
  const std::size_t quarter = columns / 4;
  for (std::size_t c = 0; c < quarter; ++c) {
    const Philox::Counter words =
        Philox::words({static_cast<std::uint32_t>(c), name.row, name.layer, name.matrix}, Philox::key_of(name.seed));
    for (std::size_t j = 0; j < words.size(); ++j) {
      const std::uint32_t w = words[j];
      const std::uint32_t sum = (w & 255U) + (w >> 8 & 255U) + (w >> 16 & 255U) + (w >> 24);
      levels[j * quarter + c] = static_cast<std::int16_t>(static_cast<int>(sum) - 510);
    }
  }
}
#else
using Words = hn::CappedTag<std::uint32_t, 16>;
using Word = hn::VFromD<Words>;
using Wide = hn::Repartition<std::uint64_t, Words>;

// The halves of the products of 32 bits: those of the even lanes and those of the odd ones, one place further right.
HWY_INLINE void multiply(Word a, Word factor, Word& high, Word& low) {
  const Words words;
  const Wide wide;
  const auto even = hn::MulEven(a, factor);
  const auto odd = hn::MulEven(hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(wide, a))), factor);
  const auto lower = hn::Set(wide, 0xFFFFFFFFULL);
  high = hn::BitCast(words, hn::Or(hn::ShiftRight<32>(even), hn::AndNot(lower, odd)));
  low = hn::BitCast(words, hn::Or(hn::And(even, lower), hn::ShiftLeft<32>(odd)));
}

// The sum of the four bytes of a word, less 510.
HWY_INLINE void store_levels(Word w, std::int16_t* to) {
  const Words words;
  const hn::RebindToSigned<Words> whole;
  const hn::Rebind<std::int16_t, Words> halves;
  const auto mask = hn::Set(words, 0x00FF00FFU);
  const auto pairs = hn::Add(hn::And(w, mask), hn::And(hn::ShiftRight<8>(w), mask));
  const auto sum = hn::Add(hn::And(pairs, hn::Set(words, 0xFFFFU)), hn::ShiftRight<16>(pairs));
  const auto level = hn::Sub(hn::BitCast(whole, sum), hn::Set(whole, 510));
  hn::StoreU(hn::DemoteTo(halves, level), halves, to);
}

void fill_levels(const WeightRowName& name, std::int16_t* levels, std::size_t columns) {
  const Words words;
  const Philox::Key seed = Philox::key_of(name.seed);
  const std::size_t quarter = columns / 4;
  const auto m0 = hn::Set(words, Philox::kMultiplier0);
  const auto m1 = hn::Set(words, Philox::kMultiplier1);
  for (std::size_t c = 0; c < quarter; c += hn::Lanes(words)) {
    auto x0 = hn::Iota(words, static_cast<std::uint32_t>(c));
    auto x1 = hn::Set(words, name.row);
    auto x2 = hn::Set(words, name.layer);
    auto x3 = hn::Set(words, name.matrix);
    Philox::Key key = seed;
    for (int round = 0; round < Philox::kRounds; ++round) {
      auto left_high = x0, left_low = x0, right_high = x0, right_low = x0;
      multiply(x0, m0, left_high, left_low);
      multiply(x2, m1, right_high, right_low);
      x0 = hn::Xor(hn::Xor(right_high, x1), hn::Set(words, key[0]));
      x1 = right_low;
      x2 = hn::Xor(hn::Xor(left_high, x3), hn::Set(words, key[1]));
      x3 = left_low;
      key[0] += Philox::kWeyl0;
      key[1] += Philox::kWeyl1;
    }
    store_levels(x0, levels + c);
    store_levels(x1, levels + quarter + c);
    store_levels(x2, levels + 2 * quarter + c);
    store_levels(x3, levels + 3 * quarter + c);
  }
}
#endif

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {
namespace {

HWY_EXPORT(fill_levels);

int largest(std::span<const std::int16_t> levels) {
  int most = 1;
  for (const std::int16_t level : levels) {
    most = std::max(most, std::abs(static_cast<int>(level)));
  }
  return most;
}

// To the nearest whole number; no level lies halfway in float but by accident, which is then the same everywhere.
int rounded(std::int16_t level, float factor) {
  const float value = static_cast<float>(level) * factor;
  return static_cast<int>(value + (value < 0 ? -0.5F : 0.5F));
}

}  // namespace

void weight_levels(const WeightRowName& name, std::span<std::int16_t> levels) noexcept {
  HWY_DYNAMIC_DISPATCH(fill_levels)(name, levels.data(), levels.size());
}

void bf16_weights(std::span<const std::int16_t> levels, double unit, BFloat16* weights) noexcept {
  const auto factor = static_cast<float>(unit);
  const std::size_t count = levels.size();
  for (std::size_t i = 0; i < count; ++i) {
    weights[i] = BFloat16(static_cast<float>(levels[i]) * factor);
  }
}

float int8_weights(std::span<const std::int16_t> levels, double unit, std::int8_t* weights) noexcept {
  const auto most = static_cast<float>(largest(levels));
  const float factor = 127.0F / most;
  const std::size_t count = levels.size();
  for (std::size_t i = 0; i < count; ++i) {
    weights[i] = static_cast<std::int8_t>(rounded(levels[i], factor));
  }
  return static_cast<float>(static_cast<double>(most) * unit / 127.0);
}

void int4_weights(std::span<const std::int16_t> levels, double unit, std::uint8_t* weights, float* scales) noexcept {
  constexpr std::size_t kHalf = kWeightGroup / 2;
  for (std::size_t group = 0; group < levels.size() / kWeightGroup; ++group) {
    const auto of_group = levels.subspan(group * kWeightGroup, kWeightGroup);
    const auto most = static_cast<float>(largest(of_group));
    const float factor = 7.0F / most;
    const std::int16_t* const from = of_group.data();
    std::uint8_t* const to = weights + group * kHalf;
    for (std::size_t b = 0; b < kHalf; ++b) {
      const int low = rounded(from[b], factor) + 8;
      const int high = rounded(from[kHalf + b], factor) + 8;
      to[b] = static_cast<std::uint8_t>(low | high << 4);
    }
    scales[group] = static_cast<float>(static_cast<double>(most) * unit / 7.0);
  }
}

}  // namespace assay
#endif
