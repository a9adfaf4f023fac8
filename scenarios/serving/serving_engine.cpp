#include "scenarios/serving/serving_engine.hpp"

#include <fmt/format.h>

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

std::vector<std::uint32_t> ServingEngine::answer_alone(QuerySampleIndex sample, std::size_t most_tokens) {
  std::vector<std::uint32_t> answer;
  with_backend([&](IterationBackend& backend) {
    const RequestLength& length = samples_->length_of(sample);
    std::vector<std::uint32_t> pages((length.prompt + length.output + kPageTokens - 1) / kPageTokens);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      pages[i] = static_cast<std::uint32_t>(i);
    }
    std::vector<std::uint32_t> tokens(length.prompt);
    for (std::uint32_t i = 0; i < length.prompt; ++i) {
      tokens[i] = samples_->token(sample, i);
    }
    std::uint32_t position = 0;
    std::uint32_t next = 0;
    while (answer.size() < std::min<std::size_t>(length.output, most_tokens)) {
      const SequenceStep step{.tokens = tokens, .position = position, .pages = pages, .wants_token = true};
      backend.step({.sequences = std::span(&step, 1), .next_tokens = std::span(&next, 1)});
      answer.push_back(next);
      position += static_cast<std::uint32_t>(tokens.size());
      tokens.assign(1, next);
    }
  });
  return answer;
}

}  // namespace assay
