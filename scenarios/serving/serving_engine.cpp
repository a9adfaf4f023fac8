#include "scenarios/serving/serving_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "scenarios/serving/serving_loop.hpp"

namespace assay {

ServingEngine::ServingEngine(const Options& options, const Maker& make) : options_(options), clock_(options.wait) {
  thread_.start(options_.cpu, options_.manner);
  thread_.run([&] { backend_ = make(); });
  options_.samples.vocabulary = backend_->shape().vocabulary;
  samples_ = std::make_unique<ServingSamples>(options_.samples);
  const Scheduler scheduler(options_.policy,
                            {.pages = backend_->page_count(), .context = backend_->shape().context, .waiting = 1});
  for (std::uint32_t sample = 0; sample < options_.samples.count; ++sample) {
    if (const std::string why = scheduler.refusal(samples_->request_of(sample)); !why.empty()) {
      throw std::invalid_argument(fmt::format("--lengths {}: {}", options_.samples.lengths.name(), why));
    }
  }
}

ServingEngine::~ServingEngine() {
  stop();
  try {
    thread_.run([this] { backend_.reset(); });
  } catch (...) {  // NOLINT(bugprone-empty-catch): a destructor has nobody to tell
  }
}

std::string ServingEngine::name() const { return fmt::format("llama {}", backend_->shape().name); }

void ServingEngine::begin_run(std::shared_ptr<ResponseSink> sink) {
  stop();
  sink_ = std::move(sink);
  closed_.store(false, std::memory_order_release);
  loop_ = std::make_unique<ServingLoop>(*this);
  running_ = true;
  thread_.begin([this] { loop_->run(); });
}

void ServingEngine::issue_query(std::span<const QuerySample> samples) {
  constexpr Nanoseconds kPause = std::chrono::microseconds{100};
  for (const QuerySample& sample : samples) {
    const ServingArrival arrival{.sample = sample, .at = clock_.now()};
    while (!queue_.try_push(arrival) && !closed_.load(std::memory_order_acquire)) {
      arrived_.raise();
      clock_.wait_until(clock_.now() + kPause);
    }
  }
  arrived_.raise();
}

void ServingEngine::cancel() noexcept {
  closed_.store(true, std::memory_order_release);
  arrived_.raise();
}

void ServingEngine::stop() {
  if (!running_) {
    return;
  }
  cancel();
  thread_.wait();
  running_ = false;
  ServingArrival given_up;
  while (queue_.try_pop(given_up)) {
  }
  record_ = loop_->take_record();
  loop_.reset();
  sink_.reset();
}

void ServingEngine::end_run() { stop(); }

void ServingEngine::with_backend(const std::function<void(IterationBackend&)>& task) {
  thread_.run([&] { task(*backend_); });
}

std::vector<std::uint32_t> ServingEngine::prompt_of(QuerySampleIndex sample) const {
  std::vector<std::uint32_t> tokens(samples_->length_of(sample).prompt);
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = samples_->token(sample, i);
  }
  return tokens;
}

namespace {

/// One sequence, alone with the first pages of the cache.
class LoneSequence {
 public:
  LoneSequence(IterationBackend& backend, const RequestLength& length)
      : backend_(backend), pages_((length.prompt + length.output + kPageTokens - 1) / kPageTokens) {
    std::iota(pages_.begin(), pages_.end(), 0U);
  }

  /// The token after those.
  std::uint32_t next(std::span<const std::uint32_t> tokens) {
    std::uint32_t chosen = 0;
    const SequenceStep step{.tokens = tokens, .position = position_, .pages = pages_, .wants_token = true};
    backend_.step({.sequences = std::span(&step, 1), .next_tokens = std::span(&chosen, 1)});
    position_ += static_cast<std::uint32_t>(tokens.size());
    return chosen;
  }

 private:
  IterationBackend& backend_;
  std::vector<std::uint32_t> pages_;
  std::uint32_t position_ = 0;
};

}  // namespace

std::vector<std::uint32_t> ServingEngine::answer_alone(QuerySampleIndex sample, std::size_t most_tokens) {
  std::vector<std::uint32_t> answer;
  with_backend([&](IterationBackend& backend) {
    const RequestLength& length = samples_->length_of(sample);
    LoneSequence sequence(backend, length);
    std::vector<std::uint32_t> tokens = prompt_of(sample);
    while (answer.size() < std::min<std::size_t>(length.output, most_tokens)) {
      answer.push_back(sequence.next(tokens));
      tokens.assign(1, answer.back());
    }
  });
  return answer;
}

std::optional<ServingEngine::Difference> ServingEngine::first_difference(QuerySampleIndex sample,
                                                                         std::span<const std::uint32_t> answer) {
  std::optional<Difference> found;
  with_backend([&](IterationBackend& backend) {
    const RequestLength& length = samples_->length_of(sample);
    LoneSequence sequence(backend, length);
    std::vector<std::uint32_t> tokens = prompt_of(sample);
    for (std::size_t i = 0; i < answer.size() && !found; ++i) {
      if (i >= length.output) {
        found = Difference{.token = i, .why = "which ends there"};
      } else if (sequence.next(tokens) != answer[i]) {
        if (std::string why = backend.beyond_rounding(answer[i]); !why.empty()) {
          found = Difference{.token = i, .why = std::move(why)};
        }
      }
      tokens.assign(1, answer[i]);
    }
  });
  return found;
}

}  // namespace assay
