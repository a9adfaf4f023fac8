#include "tools/gpu_check/serving_loop.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/random_bits.hpp"

namespace assay::gpu_check {
namespace {

/// The queries in flight and the next that is due.
class Batch {
 public:
  Batch(std::vector<ServedQuery>& queries, const ServingPlan& plan)
      : queries_(queries), plan_(plan), running_(plan.slots) {}

  [[nodiscard]] bool is_done() const { return next_ == queries_.size() && in_flight_ == 0; }
  [[nodiscard]] bool is_idle() const { return in_flight_ == 0; }
  [[nodiscard]] double next_due_s() const { return queries_[next_].scheduled_s; }

  void admit(double now_s) {
    for (std::optional<Running>& slot : running_) {
      if (next_ == queries_.size() || queries_[next_].scheduled_s > now_s) {
        return;
      }
      if (!slot) {
        slot = Running{.query = next_++, .order = order_++};
        ++in_flight_;
      }
    }
  }

  /// The next step: answers, then prompts in the order in which they came.
  [[nodiscard]] std::vector<StepPart> parts() const {
    std::vector<StepPart> parts;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> prompts;
    std::uint32_t room = plan_.step_tokens;
    for (std::uint32_t slot = 0; slot < running_.size(); ++slot) {
      if (!running_[slot]) {
        continue;
      }
      const Running& running = *running_[slot];
      if (running.position < queries_[running.query].prompt_tokens) {
        prompts.emplace_back(running.order, slot);
      } else {
        parts.push_back({.slot = slot, .position = running.position});
        room -= std::min(room, 1U);
      }
    }
    std::sort(prompts.begin(), prompts.end());
    for (const auto& [order, slot] : prompts) {
      const Running& running = *running_[slot];
      const std::uint32_t left = queries_[running.query].prompt_tokens - running.position;
      const std::uint32_t count = std::min(left, room);
      if (count > 0) {
        parts.push_back({.slot = slot,
                         .position = running.position,
                         .count = count,
                         .is_prompt = true,
                         .wants_token = count == left});
        room -= count;
      }
    }
    return parts;
  }

  ServedStep finish(const std::vector<StepPart>& parts, double end_s) {
    ServedStep step{.end_s = end_s, .sequences = static_cast<std::uint32_t>(parts.size())};
    for (const StepPart& part : parts) {
      Running& running = *running_[part.slot];
      running.position += part.count;
      step.read_tokens += part.count;
      if (!part.wants_token) {
        continue;
      }
      ++step.chosen_tokens;
      ServedQuery& query = queries_[running.query];
      query.first_s = query.got_tokens == 0 ? end_s : query.first_s;
      query.last_s = end_s;
      if (++query.got_tokens == query.answer_tokens) {
        running_[part.slot].reset();
        --in_flight_;
      }
    }
    return step;
  }

 private:
  struct Running {
    std::size_t query = 0;
    std::uint64_t order = 0;
    std::uint32_t position = 0;  ///< tokens that the cache holds
  };

  std::vector<ServedQuery>& queries_;
  ServingPlan plan_;
  std::vector<std::optional<Running>> running_;
  std::size_t next_ = 0;
  std::uint64_t order_ = 0;
  std::size_t in_flight_ = 0;
};

}  // namespace

std::size_t ServingLog::answered() const {
  return static_cast<std::size_t>(std::ranges::count_if(queries, &ServedQuery::answered));
}

ServingLog serve(StepMachine& machine, std::vector<ServedQuery> queries, const ServingPlan& plan) {
  ServingLog log{.queries = std::move(queries), .steps = {}};
  Batch batch(log.queries, plan);
  const double begin_s = machine.now_s();
  for (double now_s = 0.0; now_s < plan.end_s && !batch.is_done(); now_s = machine.now_s() - begin_s) {
    batch.admit(now_s);
    if (batch.is_idle()) {
      machine.wait_until(begin_s + std::min(batch.next_due_s(), plan.end_s));
      continue;
    }
    const std::vector<StepPart> parts = batch.parts();
    machine.step(parts);
    log.steps.push_back(batch.finish(parts, machine.now_s() - begin_s));
  }
  return log;
}

std::vector<double> poisson_arrivals(double rate_per_s, double seconds, std::uint64_t seed) {
  RandomBits random(seed);
  std::vector<double> instants;
  for (double at_s = random.exponential() / rate_per_s; at_s < seconds; at_s += random.exponential() / rate_per_s) {
    instants.push_back(at_s);
  }
  return instants;
}

std::vector<ServedQuery> queries_at(std::span<const double> scheduled_s, const QueryLengths& lengths,
                                    std::uint64_t seed) {
  RandomBits random(seed);
  const auto within = [&random](std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(random.below(std::uint64_t{most} - least + 1));
  };
  std::vector<ServedQuery> queries;
  queries.reserve(scheduled_s.size());
  for (const double at_s : scheduled_s) {
    const std::uint32_t prompt = within(lengths.least_prompt, lengths.most_prompt);
    queries.push_back({.scheduled_s = at_s,
                       .prompt_tokens = prompt,
                       .answer_tokens = within(lengths.least_answer, lengths.most_answer)});
  }
  return queries;
}

std::vector<double> token_rates(const ServingLog& log, double end_s, std::size_t slices) {
  std::vector<double> rates(slices, 0.0);
  const double length_s = end_s / static_cast<double>(slices);
  for (const ServedStep& step : log.steps) {
    const auto slice = static_cast<std::size_t>(step.end_s / length_s);
    if (slice < slices) {
      rates[slice] += step.chosen_tokens / length_s;
    }
  }
  return rates;
}

}  // namespace assay::gpu_check
