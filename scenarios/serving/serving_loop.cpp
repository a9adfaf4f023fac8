#include "scenarios/serving/serving_loop.hpp"

#include <algorithm>
#include <cmath>

namespace assay {

namespace {

constexpr std::size_t kWaiting = std::size_t{1} << 16;

Scheduler::Prediction prediction_of(const IterationTimes* times, const LoadMeter& meter) {
  if (times == nullptr) {
    return {};
  }
  return [times, &meter](std::span<const SequencePlan> plan) {
    return from_seconds(times->of(meter.load_of(plan)).total_s);
  };
}

/// Percentiles from log-linear bins: the upper end of the bin, so at most 1/32 too high.
TokenGapRecord record_of(const LogLinearHistogram& histogram, double sum_ns, std::int64_t longest_ns) {
  TokenGapRecord record{.count = histogram.count(), .percentiles_s = {}, .histogram = histogram.export_bins()};
  if (record.count == 0) {
    return record;
  }
  record.mean_s = sum_ns * 1e-9 / static_cast<double>(record.count);
  record.max_s = static_cast<double>(longest_ns) * 1e-9;
  for (const auto& [name, share] : {std::pair{"p50", 0.5}, std::pair{"p90", 0.9}, std::pair{"p95", 0.95},
                                    std::pair{"p97", 0.97}, std::pair{"p99", 0.99}, std::pair{"p99.9", 0.999}}) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(record.count)));
    std::uint64_t seen = 0;
    for (const auto& [bin, count] : record.histogram) {
      seen += count;
      if (seen >= rank) {
        const std::int64_t upper = LogLinearHistogram::bounds_of(bin).upper - 1;
        record.percentiles_s[name] = static_cast<double>(std::min(upper, longest_ns)) * 1e-9;
        break;
      }
    }
  }
  return record;
}

}  // namespace

ServingLoop::ServingLoop(ServingEngine& engine)
    : engine_(engine),
      meter_(engine.backend_->shape(), engine.backend_->formats()),
      scheduler_(
          engine.options_.policy,
          {.pages = engine.backend_->page_count(), .context = engine.backend_->shape().context, .waiting = kWaiting},
          prediction_of(engine.times_.get(), meter_)),
      account_(engine.ceilings_),
      longest_output_(engine.samples_->longest_output()),
      seats_(engine.options_.policy.max_slots),
      answers_(std::size_t{engine.options_.policy.max_slots} * longest_output_),
      tokens_(engine.options_.policy.token_budget + engine.backend_->shape().context),
      sequences_(engine.options_.policy.max_slots),
      next_tokens_(engine.options_.policy.max_slots),
      plan_place_(engine.options_.policy.max_slots),
      place_before_(engine.options_.policy.max_slots, kTokenKnown) {
  under_way_.events.reserve(engine.options_.policy.max_slots);
  under_way_.event_places.reserve(engine.options_.policy.max_slots);
}

void ServingLoop::run() {
  start_ = engine_.clock_.now();
  while (!engine_.closed_.load(std::memory_order_acquire)) {
    const std::uint32_t seen = engine_.arrived_.epoch();
    take_arrivals();
    const std::int64_t begin_ns = now_ns();
    const auto plan = scheduler_.plan(Nanoseconds{begin_ns});
    if (!plan.empty()) {
      engine_.backend_->overlaps() ? iterate_overlapped(plan, begin_ns) : iterate(plan, begin_ns);
      continue;
    }
    if (under_way_.there) {
      collect_under_way();
      continue;
    }
    rest(seen, begin_ns);
  }
  collect_under_way();
}

void ServingLoop::rest(std::uint32_t seen, std::int64_t begin_ns) {
  const bool idle = scheduler_.idle();
  constexpr Nanoseconds kLongest = std::chrono::milliseconds{100};
  constexpr Nanoseconds kHeldBack = std::chrono::microseconds{200};
  (void)engine_.clock_.wait(engine_.arrived_, seen, engine_.clock_.now() + (idle ? kLongest : kHeldBack));
  (idle ? idle_ns_ : throttled_ns_) += now_ns() - begin_ns;
}

void ServingLoop::take_arrivals() {
  ServingArrival arrival;
  while (!scheduler_.full() && engine_.queue_.try_pop(arrival)) {
    if (!begun_) {
      begun_ = true;  // the run begins with its first request, not with its preparation
      start_ = arrival.at;
      idle_ns_ = throttled_ns_ = 0;
    }
    ServingRequest request = engine_.samples_->request_of(arrival.sample.index);
    request.id = arrival.sample.id.value;
    request.arrived = arrival.at - start_;
    if (!scheduler_.refusal(request).empty()) {
      engine_.sink_->failed(arrival.sample.id);
      continue;
    }
    scheduler_.submit(request);
  }
}

void ServingLoop::iterate(std::span<const SequencePlan> plan, std::int64_t begin_ns) {
  const IterationLoad load = meter_.load_of(plan);
  report_started(plan);
  build_step(plan);
  IterationRecord record = record_of(load, begin_ns);
  record.pages = scheduler_.pages().in_use();
  record.device_begin_ns = now_ns();
  engine_.backend_->step({.sequences = std::span(sequences_).first(plan.size()),
                          .next_tokens = std::span(next_tokens_).first(plan.size())});
  record.device_end_ns = now_ns();
  if (const auto device = engine_.backend_->device_time()) {
    const std::int64_t within = std::min(device->count(), record.device_end_ns - record.device_begin_ns);
    record.device_begin_ns = record.device_end_ns - within;
  }
  report_tokens(record);
  record.end_ns = now_ns();
  note_prediction(load, record);
  account(record);
}

void ServingLoop::note_prediction(const IterationLoad& load, const IterationRecord& record) {
  if (engine_.times_) {
    const double measured_s = static_cast<double>(record.end_ns - record.begin_ns) * 1e-9;
    const double error = engine_.times_->of(load).total_s / measured_s - 1.0;
    ++errors_.count;
    errors_.sum += error;
    errors_.square_sum += error * error;
  }
}

void ServingLoop::account(IterationRecord& record) {
  record.idle_ns = idle_ns_;
  record.throttled_ns = throttled_ns_;
  idle_ns_ = throttled_ns_ = 0;
  counters_.note(scheduler_.counts(), record);
  account_.add(record);
}

void ServingLoop::report_started(std::span<const SequencePlan> plan) {
  for (const SequencePlan& step : plan) {
    const ServingRequest& request = scheduler_.request_of(step.seat);
    Seat& seat = seats_[step.seat];
    if (seat.request != request.id) {
      seat.request = request.id;
      seat.last_token_ns = 0;
      const QuerySample sample{.id = {request.id}, .index = request.sample};
      engine_.sink_->started(std::span(&sample, 1));
    }
  }
}

void ServingLoop::build_step(std::span<const SequencePlan> plan) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const SequencePlan& step = plan[i];
    const ServingRequest& request = scheduler_.request_of(step.seat);
    const std::uint32_t* answer = answer_of(step.seat);
    std::uint32_t* const tokens = &tokens_[used];
    for (std::uint32_t t = 0; t < step.tokens; ++t) {
      const std::uint32_t position = step.position + t;
      tokens[t] = position < request.prompt_tokens ? engine_.samples_->token(request.sample, position)
                                                   : answer[position - request.prompt_tokens];
    }
    used += step.tokens;
    sequences_[i] = {.tokens = std::span<const std::uint32_t>(tokens, step.tokens),
                     .position = step.position,
                     .pages = scheduler_.pages_of(step.seat),
                     .wants_token = step.wants_token};
    plan_place_[step.seat] = static_cast<std::uint32_t>(i);
  }
}

void ServingLoop::report_tokens(IterationRecord& record) {
  for (const TokenEvent& event : scheduler_.finish()) {
    report_token(event, next_tokens_[plan_place_[event.seat]], record);
  }
}

// Where steps overlap, the seat may have another request already: what is kept of it then is that one's.
void ServingLoop::report_token(const TokenEvent& event, std::uint32_t token, IterationRecord& record) {
  const std::int64_t now = record.device_end_ns;
  Seat& seat = seats_[event.seat];
  std::uint32_t* const answer = answer_of(event.seat);
  answer[event.number - 1] = token;
  const QueryId id{event.request};
  if (event.number == 1) {
    engine_.sink_->first_token(id);
  } else {
    const std::int64_t gap = std::max<std::int64_t>(now - seat.last_token_ns, 0);
    token_gaps_.add(gap);
    longest_gap_ns_ = std::max(longest_gap_ns_, gap);
    gap_sum_ns_ += static_cast<double>(gap);
    record.gap_sum_ns += gap;
    ++record.gaps;
  }
  seat.last_token_ns = now;
  seat.answered = event.request;
  seat.answered_tokens = event.number;
  if (event.last) {
    const QueryResponse response{.id = id,
                                 .data = std::as_bytes(std::span<const std::uint32_t>(answer, event.number)),
                                 .token_count = event.number};
    engine_.sink_->complete(std::span(&response, 1));
    seat.request = UINT64_MAX;
  }
}

ServingRecord ServingLoop::take_record() {
  ServingRecord record = account_.take(account_.last_end_ns());
  record.pages_total = scheduler_.pages().count();
  record.token_gap = record_of(token_gaps_, gap_sum_ns_, longest_gap_ns_);
  if (errors_.count > 0) {
    const auto count = static_cast<double>(errors_.count);
    record.predicted_over_measured = 1.0 + errors_.sum / count;
    record.prediction_error_rms = std::sqrt(errors_.square_sum / count);
  }
  return record;
}

}  // namespace assay
