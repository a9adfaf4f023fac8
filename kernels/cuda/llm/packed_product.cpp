#include "kernels/cuda/llm/packed_product.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "kernels/cuda/llm/matrix_format.hpp"
#include "kernels/cuda/llm/memory_plan.hpp"
#include "kernels/cuda/llm/step_layout.hpp"

namespace assay::cuda {
namespace {

// Not larger than the second-level cache of a large card, so that a slab may be read before it has left it, and large
// enough for a product that fills the card. A guess: no other size was tried on a card.
constexpr std::uint64_t kSlabBytes = std::uint64_t{32} << 20U;
// A slab's outputs begin as many elements of bf16 into a row. 128 of them are the 256 bytes that cuBLASLt's heuristics
// assume of an address; a matrix that cannot be cut so has slabs of a multiple of 16, and they are told.
constexpr std::uint32_t kAlignedSlabStep = 128;
constexpr std::uint32_t kSlabStep = 16;
constexpr std::uint32_t kFullAlignment = kAlignedSlabStep * sizeof(std::uint16_t);

std::string name_of_way(std::size_t way) {
  if (way >= kPackedWays.size()) {
    return "unpacked to bf16";
  }
  const PackedWay& of = kPackedWays[way];
  return "own kernel, blocks of " + std::to_string(of.rows) + " rows and " + std::to_string(of.outputs) + " outputs, " +
         std::to_string(of.groups_held) + " groups held";
}

}  // namespace

std::uint32_t slab_rows(std::uint32_t rows, std::uint32_t columns) {
  const std::uint64_t most = kSlabBytes / (std::uint64_t{columns} * sizeof(std::uint16_t));
  for (const std::uint32_t step : {kAlignedSlabStep, kSlabStep}) {
    for (std::uint32_t slabs = 1; slabs <= rows / step; ++slabs) {
      if (rows % slabs == 0 && rows / slabs % step == 0 && rows / slabs <= most) {
        return rows / slabs;
      }
    }
  }
  return std::min(rows, kSlabStep);
}

std::uint32_t slab_alignment(std::uint32_t rows, std::uint32_t slab) {
  const auto bytes = static_cast<std::uint32_t>(slab * sizeof(std::uint16_t));
  return slab == rows ? kFullAlignment : std::gcd(bytes, kFullAlignment);
}

std::uint64_t unpacked_bytes(const AssayLlmShape& shape) {
  std::uint64_t most = 0;
  for (std::uint32_t which = 0; which < 4; ++which) {
    const MatrixSize size = matrix_size(shape, which);
    most = std::max(most, std::uint64_t{slab_rows(size.rows, size.columns)} * size.columns * sizeof(std::uint16_t));
  }
  return most;
}

PackedProduct::PackedProduct(const ProductLibrary& library, const ProductSize& size, std::uint16_t* unpacked,
                             std::span<const ProductOperands> operands, StreamHandle stream)
    : size_(size), slab_rows_(slab_rows(size.outputs, size.inputs)), unpacked_(unpacked) {
  unpack(operands.front(), 0, stream);
  // One slab, read again and again: it has just been written in every run as well.
  ProductOperands slab = operands.front();
  slab.weights = unpacked_;
  slab.weight_scales = nullptr;
  slab_product_ =
      std::make_unique<MatrixProduct>(library,
                                      ProductSize{.rows = product_rows(size.rows),
                                                  .outputs = slab_rows_,
                                                  .inputs = size.inputs,
                                                  .format = ActivationFormat::bf16,
                                                  .float_out = false,
                                                  .output_stride = size.outputs,
                                                  .output_alignment = slab_alignment(size.outputs, slab_rows_)},
                                      std::span(&slab, 1), stream);
  race(operands, stream);
}

void PackedProduct::unpack(const ProductOperands& operands, std::uint32_t first_row, StreamHandle stream) const {
  const FormatTraits& format = traits_of(MatrixFormat::int4);
  launch_unpack(
      stream,
      {.values = static_cast<const std::uint8_t*>(operands.weights) + first_row * format.row_bytes(size_.inputs),
       .scales = operands.weight_scales + std::size_t{first_row} * format.row_scales(size_.inputs),
       .rows = slab_rows_,
       .columns = size_.inputs},
      unpacked_);
}

void PackedProduct::run_way(std::size_t way, const ProductOperands& operands, std::uint32_t rows,
                            StreamHandle stream) const {
  auto* const outputs = static_cast<std::uint16_t*>(operands.outputs);
  if (way < kPackedWays.size()) {
    launch_packed_product(stream,
                          {.weights = {.values = static_cast<const std::uint8_t*>(operands.weights),
                                       .scales = operands.weight_scales,
                                       .rows = size_.outputs,
                                       .columns = size_.inputs},
                           .inputs = static_cast<const std::uint16_t*>(operands.inputs),
                           .outputs = outputs,
                           .rows = rows},
                          way);
    return;
  }
  for (std::uint32_t first = 0; first < size_.outputs; first += slab_rows_) {
    unpack(operands, first, stream);
    ProductOperands slab = operands;
    slab.weights = unpacked_;
    slab.outputs = outputs + first;
    slab_product_->run(slab, rows, stream);
  }
}

void PackedProduct::race(std::span<const ProductOperands> operands, StreamHandle stream) {
  std::array<float, kPackedWays.size() + 1> times{};
  for (std::size_t way = 0; way < times.size(); ++way) {
    times[way] =
        time_product(operands, stream, [&](const ProductOperands& one) { run_way(way, one, size_.rows, stream); });
  }
  chosen_ = static_cast<std::size_t>(std::ranges::min_element(times) - times.begin());
  seconds_ = static_cast<double>(times[chosen_]);
  const auto microseconds = [](double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f us", seconds * 1e6);
    return std::string(text);
  };
  choice_ = name_of_way(chosen_) + ", " + microseconds(seconds_) + "; ";
  for (std::size_t way = 0; way < times.size(); ++way) {
    if (way != chosen_) {
      choice_ += name_of_way(way) + " would take " + microseconds(static_cast<double>(times[way])) + "; ";
    }
  }
  choice_ += "unpacked are slabs of " + std::to_string(slab_rows_) + " rows, each by " + slab_product_->choice();
}

}  // namespace assay::cuda
