#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/real_world_record.hpp"
#include "harness/clock.hpp"
#include "kernels/tiny/clip_set.hpp"

namespace assay {

/// RealWorld on the Tiny track: the words of the evaluation set, each at one place in its second, clean and then with
/// field conditions mixed in from a plan that the seed draws.
struct RealWorldRequest {
  std::vector<std::string> models{"clean", "robust"};
  bool isolation = false;           ///< each model once more behind the isolation network
  std::vector<std::string> noises;  ///< empty: all of field_noise_kinds()
  std::vector<double> snr_db{30, 20, 15, 10, 5, 0, -5};
  std::size_t words = 400;  ///< of each set of voices; 0: all
  std::uint64_t seed = 1;
  std::optional<ClipSet> real_speech;  ///< evaluated besides
  int threads = 0;                     ///< 0: as many as there are CPUs
};

/// Everything that makes no sense in the request, one line each, naming the flag; empty if it can be run.
[[nodiscard]] std::vector<std::string> problems_of(const RealWorldRequest& request);

/// Clean; each noise at each ratio; echoes of 0.2, 0.4 and 0.8 s; and four fields: echo of 0.2 to 0.5 s and one of
/// babble, talker, music and street at 10 to 20, 5 to 15, 0 to 10 and -5 to 10 dB.
[[nodiscard]] std::vector<FieldCondition> field_conditions(const RealWorldRequest& request);

/// The accuracy in all conditions. The same seed gives the same counts with any number of threads. `proceed` is asked
/// after each condition and set of voices, with the share that is done; false ends it: the record is kept and flagged.
[[nodiscard]] RealWorldRecord run_real_world(const RealWorldRequest& request,
                                             const std::function<bool(double)>& proceed);

/// How long the steps of both networks take on this thread: `repetitions` calls in a row of each, behind a tenth as
/// many for warmth. Throws std::invalid_argument for none.
[[nodiscard]] std::vector<TinyTiming> time_tiny_steps(const Clock& clock, std::uint64_t repetitions);

/// Counted operations of the steps, for estimates.
[[nodiscard]] std::vector<TinyOperations> tiny_operations();

/// A recording: RIFF, 16-bit PCM, mono, 8 kHz. Throws std::runtime_error, in one line, for anything else or no sample.
[[nodiscard]] std::vector<float> sound_from_wav(std::string_view bytes);

/// The recordings "DIGIT_SPEAKER_NUMBER.wav" of a folder (Free Spoken Digit Dataset), trimmed and scaled as the
/// evaluation set is. Throws std::runtime_error naming the folder or the file.
[[nodiscard]] ClipSet read_spoken_digits(const std::filesystem::path& folder);

}  // namespace assay
