#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A spoken word of the evaluation set, 8 kHz, in [-1, 1].
struct SpokenClip {
  std::uint8_t label = 0;      ///< 0 to 9: the digit; 10: another word
  bool unseen = false;         ///< no training heard its voice; false: none heard this clip
  std::uint16_t voice = 0;     ///< in ClipSet::voices
  std::vector<float> samples;  ///< at most one second
};

struct ClipSet {
  std::vector<std::string> voices;
  std::vector<SpokenClip> clips;
};

/// Throws std::runtime_error as tiny_payload() does. After its header: clips and bytes of the names of voices (u32
/// each), those names, a record of 12 bytes a clip (label, unseen, voice, samples, bytes, step), their bits. Of each 64
/// samples: the order of the predictor (2 bits), k (4), then Rice codes.
[[nodiscard]] ClipSet parse_clips(std::string_view file);

/// Of share/tiny.
[[nodiscard]] ClipSet evaluation_clips();

}  // namespace assay
