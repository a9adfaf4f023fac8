#pragma once

#include <cstdint>

namespace assay::cuda {

/// What the kernels know of a step, in arrays at fixed places of the card's memory. All are 16 bytes, so that a thread
/// reads one with one load. Padding that fills a bucket is marked as said.

inline constexpr std::uint32_t kNoIndex = 0xffffffffU;
/// A row's token is then not known to the host yet: the rest is the place among the tokens that the step before chose.
inline constexpr std::uint32_t kTokenOfStepBefore = 0x80000000U;

/// A token that passes through the layers. Padding: token 0 at position 0 of the page that belongs to nobody.
struct alignas(16) StepRow {
  std::uint32_t token = 0;
  std::uint32_t position = 0;
  std::uint32_t page_offset = 0;    ///< of its sequence's pages in the list of pages
  std::uint32_t decode = kNoIndex;  ///< place among the decodes; kNoIndex: a prompt's token, or padding
};

/// A row that is alone of its sequence: its attention is split over the context. Padding: tokens = 0.
struct alignas(16) DecodeEntry {
  std::uint32_t row = 0;
  std::uint32_t tokens = 0;  ///< that it sees, itself included
  std::uint32_t page_offset = 0;
  std::uint32_t unused = 0;
};

/// Up to kTileRows rows of one prompt. Padding: row_count = 0.
struct alignas(16) PromptTile {
  std::uint32_t first_row = 0;
  std::uint32_t row_count = 0;
  std::uint32_t position = 0;  ///< of the first row
  std::uint32_t page_offset = 0;
};
inline constexpr std::uint32_t kTileRows = 16;

/// A token to be chosen after a row. Padding: row 0 again, its token is not looked at.
struct alignas(16) OutputEntry {
  std::uint32_t row = 0;
  std::uint32_t position = 0;  ///< of the token that is chosen
  std::uint32_t unused0 = 0;
  std::uint32_t unused1 = 0;
};

}  // namespace assay::cuda
