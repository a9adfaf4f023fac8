#include "scenarios/real_world.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <thread>

#include "harness/random_bits.hpp"
#include "kernels/tiny/ds_cnn_network.hpp"
#include "kernels/tiny/speech_isolator.hpp"
#include "kernels/tiny/tiny_file.hpp"
#include "scenarios/field_sound.hpp"

namespace assay {
namespace {

constexpr std::array<std::string_view, 4> kFieldKinds{"babble", "talker", "music", "street"};

/// One second with a word in it, and the word's length, which its power is taken over.
struct Utterance {
  std::vector<float> sound;
  std::size_t word_samples = 0;
  std::uint8_t label = 0;
  std::optional<std::uint16_t> voice;  ///< where it is one that could talk in the noise
};

struct VoiceSet {
  std::string name;
  std::vector<Utterance> utterances;
};

std::vector<Utterance> utterances_of(const ClipSet& set, const std::vector<std::size_t>& chosen, std::uint64_t seed) {
  std::vector<Utterance> made;
  for (const std::size_t i : chosen) {
    const SpokenClip& clip = set.clips[i];
    RandomBits random(split_mix(seed ^ split_mix(i)));
    Utterance utterance{.sound = std::vector<float>(kSoundWindow, 0.0F),
                        .word_samples = clip.samples.size(),
                        .label = clip.label,
                        .voice = clip.voice};
    const std::size_t at = random.below(kSoundWindow - clip.samples.size() + 1);
    std::copy(clip.samples.begin(), clip.samples.end(), utterance.sound.begin() + static_cast<std::ptrdiff_t>(at));
    made.push_back(std::move(utterance));
  }
  return made;
}

/// The first `words` of a shuffled set that pass.
template <class Passes>
std::vector<std::size_t> drawn(const ClipSet& set, std::size_t words, std::uint64_t seed, const Passes& passes) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < set.clips.size(); ++i) {
    if (passes(set.clips[i])) {
      chosen.push_back(i);
    }
  }
  RandomBits random(split_mix(seed));
  random.shuffle(std::span(chosen));
  if (words > 0 && words < chosen.size()) {
    chosen.resize(words);
  }
  return chosen;
}

/// What one thread needs to hear words: networks with memory of their own.
class Listener {
 public:
  Listener(const RealWorldRequest& request, const ClipSet& voices) : voices_(voices) {
    for (const std::string& model : request.models) {
      networks_.push_back(std::make_unique<DsCnnNetwork>(shipped_ds_cnn(model), DsCnnNetwork::Settings{}));
    }
    if (request.isolation) {
      isolator_ = std::make_unique<SpeechIsolator>(shipped_isolation());
    }
  }

  /// Right or wrong for each model as it is, then for each behind the isolation network.
  void hear(const Utterance& utterance, const FieldCondition& condition, std::uint64_t seed, std::span<char> right) {
    RandomBits random(seed);
    sound_ = utterance.sound;
    mix(condition, utterance, random);
    answer(utterance.label, right.first(networks_.size()));
    if (isolator_) {
      isolated_.resize(sound_.size());
      isolator_->isolate(sound_, isolated_);
      sound_.swap(isolated_);
      answer(utterance.label, right.subspan(networks_.size()));
    }
  }

 private:
  void mix(const FieldCondition& condition, const Utterance& utterance, RandomBits& random) {
    const auto drawn_from = [&random](double lower, double upper) { return lower + (upper - lower) * random.unit(); };
    if (condition.rt60_upper_s > 0.0) {
      echo_.apply(sound_, drawn_from(condition.rt60_lower_s, condition.rt60_upper_s), random);
    }
    if (condition.noise.empty()) {
      return;
    }
    const std::string_view kind =
        condition.noise == "mixed" ? kFieldKinds[random.below(kFieldKinds.size())] : std::string_view(condition.noise);
    const double snr_db = drawn_from(condition.snr_lower_db, condition.snr_upper_db);
    double power = 0.0;
    for (const float x : sound_) {
      power += static_cast<double>(x) * static_cast<double>(x);
    }
    power /= static_cast<double>(utterance.word_samples);
    const auto level = static_cast<float>(std::sqrt(power * std::pow(10.0, -snr_db / 10.0)));
    const std::vector<float> noise = field_noise(kind, random, voices_, utterance.voice);
    for (std::size_t i = 0; i < sound_.size(); ++i) {
      sound_[i] = std::clamp(sound_[i] + level * noise[i], -1.0F, 1.0F);
    }
  }

  void answer(std::uint8_t label, std::span<char> right) {
    mfcc_.window(sound_, features_);
    for (std::size_t model = 0; model < networks_.size(); ++model) {
      networks_[model]->run(features_, scores_);
      right[model] = std::ranges::max_element(scores_) - scores_.begin() == label ? 1 : 0;
    }
  }

  const ClipSet& voices_;
  std::vector<std::unique_ptr<DsCnnNetwork>> networks_;
  std::unique_ptr<SpeechIsolator> isolator_;
  Mfcc mfcc_;
  Echo echo_;
  std::vector<float> sound_;
  std::vector<float> isolated_;
  std::array<float, DsCnnNetwork::kInputs> features_{};
  std::array<float, DsCnnModel::kClasses> scores_{};
};

class RealWorld {
 public:
  RealWorld(const RealWorldRequest& request, ClipSet voices) : request_(request), voices_(std::move(voices)) {
    record_.seed = request.seed;
    record_.conditions = field_conditions(request);
    record_.isolation_latency_s = static_cast<double>(kBandFrame) / kSoundRate;
    for (const std::string& model : request.models) {
      record_.models.push_back(
          {.model = model,
           .training_seed = shipped_ds_cnn(model).seed,
           .file_bytes = model == "robust" ? ds_cnn_robust_file().size() : ds_cnn_clean_file().size()});
    }
    if (request.isolation) {
      record_.models.push_back(
          {.model = "isolation", .training_seed = shipped_isolation().seed, .file_bytes = isolation_file().size()});
    }
    add_set("unseen", voices_, [](const SpokenClip& clip) { return clip.unseen; });
    add_set("seen", voices_, [](const SpokenClip& clip) { return !clip.unseen; });
    if (request.real_speech) {
      add_set("real", *request.real_speech, [](const SpokenClip&) { return true; });
    }
    const auto cpus = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    for (int i = 0; i < (request.threads > 0 ? request.threads : std::min(cpus, 16)); ++i) {
      listeners_.push_back(std::make_unique<Listener>(request, voices_));
    }
  }

  RealWorldRecord run(const std::function<bool(double)>& proceed) {
    const double steps = static_cast<double>(sets_.size() * record_.conditions.size());
    double done = 0.0;
    for (const VoiceSet& set : sets_) {
      clean_.clear();
      for (std::size_t condition = 0; condition < record_.conditions.size(); ++condition) {
        count(set, condition);
        done += 1.0;
        if (!proceed(done / steps)) {
          record_.interrupted = done < steps;
          return record_;
        }
      }
    }
    return record_;
  }

 private:
  template <class Passes>
  void add_set(const std::string& name, const ClipSet& clips, const Passes& passes) {
    sets_.push_back({name, utterances_of(clips, drawn(clips, request_.words, request_.seed, passes), request_.seed)});
    if (&clips != &voices_) {
      for (Utterance& utterance : sets_.back().utterances) {
        utterance.voice.reset();
      }
    }
  }

  [[nodiscard]] std::size_t columns() const { return request_.models.size() * (request_.isolation ? 2 : 1); }

  void count(const VoiceSet& set, std::size_t condition) {
    const std::size_t words = set.utterances.size();
    std::vector<char> right(words * columns());
    std::atomic<std::size_t> next{0};
    const auto listen = [&](Listener& listener) {
      for (std::size_t i = next++; i < words; i = next++) {
        const std::uint64_t seed = split_mix(split_mix(request_.seed) + split_mix(condition * 100003 + i));
        listener.hear(set.utterances[i], record_.conditions[condition], seed,
                      std::span(right).subspan(i * columns(), columns()));
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < listeners_.size(); ++i) {
        threads.emplace_back([&, i] { listen(*listeners_[i]); });
      }
      listen(*listeners_.front());
    }
    if (condition == 0) {
      clean_ = right;
    }
    for (std::size_t column = 0; column < columns(); ++column) {
      FieldResult result{.model = request_.models[column % request_.models.size()],
                         .isolated = column >= request_.models.size(),
                         .voices = set.name,
                         .condition = condition,
                         .words = words};
      for (std::size_t i = 0; i < words; ++i) {
        const bool now = right[i * columns() + column] != 0;
        const bool before = clean_[i * columns() + column] != 0;
        result.correct += now ? 1 : 0;
        result.lost += before && !now ? 1 : 0;
        result.gained += now && !before ? 1 : 0;
      }
      record_.results.push_back(std::move(result));
    }
  }

  const RealWorldRequest& request_;
  ClipSet voices_;
  RealWorldRecord record_;
  std::vector<VoiceSet> sets_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<char> clean_;
};

}  // namespace

std::vector<std::string> problems_of(const RealWorldRequest& request) {
  std::vector<std::string> problems;
  for (auto noise = request.noises.begin(); noise != request.noises.end(); ++noise) {
    if (std::find(request.noises.begin(), noise, *noise) != noise) {
      problems.push_back(fmt::format("--noise {}: is named twice; name each kind once", *noise));
    }
  }
  for (auto snr = request.snr_db.begin(); snr != request.snr_db.end(); ++snr) {
    if (std::find(request.snr_db.begin(), snr, *snr) != snr) {
      problems.push_back(fmt::format("--snr {}: is named twice; name each ratio once", *snr));
    }
  }
  for (const std::string& noise : request.noises) {
    if (std::ranges::find(field_noise_kinds(), noise) == field_noise_kinds().end()) {
      problems.push_back(fmt::format("--noise {}: give one or more of {}", noise, fmt::join(field_noise_kinds(), ",")));
    }
  }
  constexpr double kLargest = 60.0;
  for (const double snr : request.snr_db) {
    if (!(snr >= -kLargest && snr <= kLargest)) {
      problems.push_back(fmt::format("--snr {}: give decibels from -60 to 60", snr));
    }
  }
  return problems;
}

std::vector<FieldCondition> field_conditions(const RealWorldRequest& request) {
  std::vector<FieldCondition> conditions{{.name = "clean"}};
  std::vector<std::string> noises = request.noises;
  if (noises.empty()) {
    noises.assign(field_noise_kinds().begin(), field_noise_kinds().end());
  }
  for (const std::string& noise : noises) {
    for (const double snr : request.snr_db) {
      conditions.push_back(
          {.name = fmt::format("{} {:g} dB", noise, snr), .noise = noise, .snr_lower_db = snr, .snr_upper_db = snr});
    }
  }
  for (const double rt60 : {0.2, 0.4, 0.8}) {
    conditions.push_back({.name = fmt::format("echo {:g} s", rt60), .rt60_lower_s = rt60, .rt60_upper_s = rt60});
  }
  constexpr std::array<std::array<double, 2>, 4> kFields{{{10, 20}, {5, 15}, {0, 10}, {-5, 10}}};
  for (const auto& [lower, upper] : kFields) {
    conditions.push_back({.name = fmt::format("field {:g} to {:g} dB", lower, upper),
                          .noise = "mixed",
                          .snr_lower_db = lower,
                          .snr_upper_db = upper,
                          .rt60_lower_s = 0.2,
                          .rt60_upper_s = 0.5});
  }
  return conditions;
}

RealWorldRecord run_real_world(const RealWorldRequest& request, const std::function<bool(double)>& proceed) {
  return RealWorld(request, evaluation_clips()).run(proceed);
}

}  // namespace assay
