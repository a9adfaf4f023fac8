#include "scenarios/serving/serving_simulation.hpp"

#include <algorithm>
#include <cmath>

#include "harness/random_bits.hpp"
#include "scenarios/serving/iteration_records.hpp"
#include "scenarios/serving/scheduler.hpp"

namespace assay {

namespace {

/// At the exact rank of the share.
double at_share(std::vector<double>& values, double share) {
  if (values.empty()) {
    return 0.0;
  }
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
  std::ranges::nth_element(values, place);
  return *place;
}

Scheduler::Room room_of(const ServingSetup& setup, std::size_t waiting) {
  return {.pages = static_cast<std::uint32_t>(setup.kv_tokens / kPageTokens),
          .context = setup.shape.context,
          .waiting = std::max<std::size_t>(waiting, 1)};
}

ServingCeilings ceilings_of(const DeviceCeilings& device, const IterationTimes& times) {
  return {.products_flops_per_s = times.products_ceiling().value,
          .attention_flops_per_s = device.products.value * times.model().compute_share * times.model().ranks,
          .read_bytes_per_s = times.read_ceiling().value,
          .source = "the time model's shares of the " + device.source + " figures of " + device.name};
}

class Simulation {
 public:
  Simulation(const ServingSetup& setup, std::vector<SimulatedRequest> requests)
      : setup_(setup),
        meter_(setup.shape, setup.formats),
        times_(setup.time, setup.device, setup.formats.weights),
        scheduler_(setup.policy, room_of(setup, requests.size()),
                   [this](std::span<const SequencePlan> plan) {
                     return from_seconds(times_.of(meter_.load_of(plan)).total_s);
                   }),
        account_(ceilings_of(setup.device, times_)) {
    outcome_.requests = std::move(requests);
  }

  ServingOutcome run(Nanoseconds end, double tail) {
    while (now_ < end) {
      submit_arrived();
      const auto plan = scheduler_.plan(now_);
      if (plan.empty()) {
        if (next_ == outcome_.requests.size()) {
          break;
        }
        const Nanoseconds until = std::max(outcome_.requests[next_].arrived, now_ + Nanoseconds{1});
        (scheduler_.idle() ? idle_ : throttled_) += until - now_;
        now_ = until;
        continue;
      }
      iterate(plan);
    }
    return summary(tail);
  }

 private:
  void submit_arrived() {
    while (next_ < outcome_.requests.size() && outcome_.requests[next_].arrived <= now_) {
      const SimulatedRequest& request = outcome_.requests[next_];
      const ServingRequest asked{
          .id = next_,
          .prompt_tokens = request.length.prompt,
          .output_tokens = request.length.output,
          .shared_tokens = static_cast<std::uint32_t>(setup_.shared_share * request.length.prompt),
          .prefix = 1,
          .arrived = request.arrived};
      if (scheduler_.refusal(asked).empty()) {
        scheduler_.submit(asked);
      } else {
        ++outcome_.refused;
      }
      ++next_;
    }
  }

  void iterate(std::span<const SequencePlan> plan) {
    const IterationLoad load = meter_.load_of(plan);
    const IterationTime time = times_.of(load);
    const Nanoseconds begin = now_;
    const Nanoseconds device_begin = begin + setup_.time.host;
    now_ = device_begin + std::max(from_seconds(time.device_s), Nanoseconds{1});
    IterationRecord record = record_of(load, begin.count());
    record.device_begin_ns = device_begin.count();
    record.device_end_ns = record.end_ns = now_.count();
    record.idle_ns = idle_.count();
    record.throttled_ns = throttled_.count();
    record.pages = scheduler_.pages().in_use();
    counters_.note(scheduler_.counts(), record);
    account_.add(record);
    idle_ = throttled_ = Nanoseconds{0};
    for (const TokenEvent& event : scheduler_.finish()) {
      SimulatedRequest& request = outcome_.requests[event.request];
      if (event.number == 1) {
        request.first_token = now_;
      }
      if (event.last) {
        request.completed = now_;
        outcome_.duration_s = std::max(outcome_.duration_s, seconds(now_));
      }
      ++tokens_;
    }
  }

  ServingOutcome summary(double tail) {
    std::vector<double> first;
    std::vector<double> per_token;
    for (const SimulatedRequest& request : outcome_.requests) {
      const bool done = request.completed != kNever;
      first.push_back(request.first_token == kNever ? INFINITY : request.ttft_s());
      if (!done || request.length.output > 1) {
        per_token.push_back(done ? request.tpot_s() : INFINITY);
      }
    }
    outcome_.ttft_tail_s = at_share(first, tail);
    outcome_.tpot_tail_s = at_share(per_token, tail);
    outcome_.tokens_per_s = now_ > Nanoseconds{0} ? static_cast<double>(tokens_) / seconds(now_) : 0.0;
    outcome_.record = account_.take(now_.count());
    return std::move(outcome_);
  }

  const ServingSetup& setup_;
  LoadMeter meter_;
  IterationTimes times_;
  Scheduler scheduler_;
  ServingOutcome outcome_;
  ServingAccount account_;
  Nanoseconds now_{0};
  Nanoseconds idle_{0};
  Nanoseconds throttled_{0};
  std::size_t next_ = 0;
  std::uint64_t tokens_ = 0;
  SchedulerCounters counters_;
};

}  // namespace

DeviceCeilings ceilings_as_device(const ServingCeilings& ceilings, WeightFormat weights) {
  return {.name = "this machine",
          .source = ceilings.source,
          .read = {ceilings.read_bytes_per_s},
          // The rate that was measured for these weights: a CPU multiplies int4 in 8 bits, a GPU in 16.
          .products = {weights == WeightFormat::int4 ? ceilings.products_flops_per_s : ceilings.attention_flops_per_s},
          .narrow_products = {ceilings.products_flops_per_s},
          .memory = {}};
}

ServingOutcome simulate(const ServingSetup& setup, std::vector<SimulatedRequest> requests, Nanoseconds end,
                        double tail) {
  return Simulation(setup, std::move(requests)).run(end, tail);
}

std::vector<SimulatedRequest> offline_requests(const RequestLengths& lengths, std::uint64_t seed, std::size_t count) {
  std::vector<SimulatedRequest> requests(count);
  for (std::size_t i = 0; i < count; ++i) {
    requests[i].length = lengths.of(seed, i);
  }
  return requests;
}

std::vector<SimulatedRequest> server_requests(const RequestLengths& lengths, std::uint64_t seed, double rate_hz,
                                              double burstiness, Nanoseconds duration) {
  RandomBits random(seed ^ 0x5e7e5ULL);
  std::vector<SimulatedRequest> requests;
  Nanoseconds at{0};
  while (at < duration) {
    requests.push_back({.arrived = at, .length = lengths.of(seed, requests.size())});
    const double gap = burstiness == 1.0 ? random.exponential() : random.gamma(burstiness) / burstiness;
    at += from_seconds(gap / rate_hz);
  }
  return requests;
}

}  // namespace assay
