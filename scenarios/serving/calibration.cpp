#include "scenarios/serving/calibration.hpp"

#include <algorithm>

namespace assay {

namespace {

/// One kind of iteration: so many answering sequences and one prompt, which may be absent.
struct Kind {
  std::uint32_t answering = 0;
  std::uint32_t prompt = 0;
};

class Observer {
 public:
  Observer(IterationBackend& backend, const CalibrationRequest& request, const Clock& clock)
      : backend_(backend), meter_(backend.shape(), backend.formats()), request_(request), clock_(clock) {
    pages_per_sequence_ = std::max(1U, pages_for(request.context + 1));
    // As many sequences as have pages of their own; a prompt needs some too.
    const std::uint32_t pages = backend.page_count();
    most_answering_ = std::clamp(pages / pages_per_sequence_, 1U, request.most_sequences);
    pages_.resize(pages);
    for (std::uint32_t i = 0; i < pages; ++i) {
      pages_[i] = i;
    }
  }

  [[nodiscard]] std::vector<Kind> kinds() const {
    std::vector<Kind> kinds;
    for (std::uint32_t answering = 1; answering < most_answering_; answering *= 2) {
      kinds.push_back({.answering = answering});
    }
    kinds.push_back({.answering = most_answering_});
    const std::uint64_t room = backend_.page_count() * std::uint64_t{kPageTokens};
    const auto longest =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({request_.token_budget, room, backend_.shape().context}));
    for (const std::uint32_t prompt : {longest / 4, longest}) {
      if (prompt > 1) {
        kinds.push_back({.prompt = prompt});
      }
    }
    const std::uint32_t half = most_answering_ / 2;
    const std::uint32_t free_pages =
        backend_.page_count() - std::min(backend_.page_count(), half * pages_per_sequence_);
    const std::uint32_t beside = std::min(longest - std::min(longest, half), free_pages * kPageTokens);
    if (half > 0 && beside > 1) {
      kinds.push_back({.answering = half, .prompt = beside});
    }
    return kinds;
  }

  IterationObservation observe(const Kind& kind) {
    std::vector<SequencePlan> plan;
    std::vector<SequenceStep> steps;
    const std::vector<std::uint32_t> tokens(std::max(1U, kind.prompt), 1);
    for (std::uint32_t i = 0; i < kind.answering; ++i) {
      plan.push_back({.position = request_.context, .tokens = 1, .wants_token = true});
      steps.push_back({.tokens = std::span(tokens).first(1),
                       .position = request_.context,
                       .pages = std::span(pages_).subspan(std::size_t{i} * pages_per_sequence_, pages_per_sequence_),
                       .wants_token = true});
    }
    if (kind.prompt > 0) {
      plan.push_back({.tokens = kind.prompt, .prompt = true, .wants_token = true});
      steps.push_back({.tokens = tokens,
                       .pages = std::span(pages_).subspan(std::size_t{kind.answering} * pages_per_sequence_),
                       .wants_token = true});
    }
    std::vector<std::uint32_t> next(steps.size());
    const Instant begin = clock_.now();
    backend_.step({.sequences = steps, .next_tokens = next});
    return {.load = meter_.load_of(plan), .total_s = std::max(seconds(clock_.now() - begin), 1e-9)};
  }

 private:
  IterationBackend& backend_;
  LoadMeter meter_;
  CalibrationRequest request_;
  const Clock& clock_;
  std::uint32_t pages_per_sequence_ = 1;
  std::uint32_t most_answering_ = 1;
  std::vector<std::uint32_t> pages_;
};

}  // namespace

std::vector<IterationObservation> observe_iterations(IterationBackend& backend, const CalibrationRequest& request,
                                                     const Clock& clock, const std::stop_token& stop) {
  Observer observer(backend, request, clock);
  const std::vector<Kind> kinds = observer.kinds();
  std::vector<IterationObservation> observations;
  const Instant end = clock.now() + request.budget;
  constexpr int kMostRounds = 5;
  for (int round = 0; round < kMostRounds && (round == 0 || clock.now() < end); ++round) {
    for (std::size_t i = 0; i < kinds.size() && !stop.stop_requested(); ++i) {
      const IterationObservation one = observer.observe(kinds[i]);
      if (i == observations.size()) {
        observations.push_back(one);
      } else if (one.total_s < observations[i].total_s) {
        observations[i] = one;
      }
    }
  }
  return observations;
}

}  // namespace assay
