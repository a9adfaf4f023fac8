// Files of weights and clips, and recordings. The first byte says which; the rest is what follows a header that is
// made to fit, so that the checksum does not end everything at once, or the whole file.
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/ds_cnn_network.hpp"
#include "kernels/tiny/tiny_file.hpp"
#include "scenarios/real_world.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

std::string with_header(std::string_view payload, TinyKind kind) {
  std::string file = "assaytny";
  const std::array<std::uint32_t, 4> fields{static_cast<std::uint32_t>(kind), 1,
                                            static_cast<std::uint32_t>(payload.size()), crc32(payload)};
  for (const std::uint32_t field : fields) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      file.push_back(static_cast<char>(field >> shift));
    }
  }
  return file + std::string(payload);
}

void check_sound(const std::vector<float>& sound) {
  for (const float x : sound) {
    require(std::abs(x) <= 1.0F, "a sample is within full scale");
  }
}

void check_ds_cnn(std::string_view file) {
  const auto model = value_of<std::runtime_error>(parse_ds_cnn, file);
  if (model) {
    DsCnnNetwork network(*model, {});
    DsCnnNetwork plain(*model, {.scalar = true});
    const std::vector<float> features(DsCnnNetwork::kInputs, 1.0F);
    std::array<float, DsCnnModel::kClasses> scores{};
    std::array<float, DsCnnModel::kClasses> others{};
    network.run(features, scores);
    plain.run(features, others);
    require(scores == others, "vectors and scalars give equal scores");
  }
}

void check_clips(std::string_view file) {
  const auto set = value_of<std::runtime_error>(parse_clips, file);
  if (set) {
    for (const SpokenClip& clip : set->clips) {
      check_sound(clip.samples);
      require(clip.voice < set->voices.size(), "a clip has a voice");
    }
  }
}

void check(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (input.front()) {
    case '1':
      check_ds_cnn(with_header(rest, TinyKind::ds_cnn));
      break;
    case '2':
      (void)value_of<std::runtime_error>(parse_isolation, with_header(rest, TinyKind::isolation));
      break;
    case '3':
      check_clips(with_header(rest, TinyKind::clips));
      break;
    case 'w':
      if (const auto sound = value_of<std::runtime_error>(sound_from_wav, rest)) {
        check_sound(*sound);
      }
      break;
    default:
      check_ds_cnn(input);
      check_clips(input);
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
