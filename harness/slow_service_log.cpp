#include "harness/slow_service_log.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {
namespace {

bool slower(const SlowService& a, const SlowService& b) { return a.service > b.service; }

std::uint32_t difference(std::uint64_t after, std::uint64_t before) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(after - before, 0xffff'ffffU));
}

}  // namespace

SlowServiceLog::SlowServiceLog(RunQueueMeter& meter, Nanoseconds reading_cost, Nanoseconds usual,
                               std::size_t most_units)
    : meter_(meter), reading_cost_(reading_cost) {
  const double usual_ns = std::max(static_cast<double>(usual.count()), 1.0);
  for (std::size_t units = 1; units <= std::max<std::size_t>(most_units, 1); ++units) {
    usual_ns_.push_back(usual_ns * static_cast<double>(units));
  }
  every_ = static_cast<std::uint64_t>(
      std::max(1.0, std::ceil(static_cast<double>(reading_cost.count()) / (kBudget * usual_ns))));
  since_ = every_;  // the first piece is preceded by a reading
  entries_.reserve(kCapacity);
}

std::optional<RunQueueAccount> SlowServiceLog::read() noexcept {
  ++readings_;
  since_ = 0;
  quick_time_ = Nanoseconds{0};
  return meter_.read();
}

void SlowServiceLog::begin() noexcept {
  if (available_ && since_ >= every_) {
    last_ = read();
    available_ = last_.has_value();
  }
}

bool SlowServiceLog::end(Nanoseconds service, std::size_t units) noexcept {
  const double usual_ns = usual_ns_[std::min(units, usual_ns_.size()) - 1];
  const bool slow = static_cast<double>(service.count()) > kSlowFactor * usual_ns;
  track(service, units);
  if (!slow || !available_) {
    ++since_;
    quick_time_ += service;
    return false;
  }
  ++slow_count_;
  const RunQueueAccount before = *last_;
  const Nanoseconds quick = quick_time_;
  last_ = read();
  if (!last_) {
    available_ = false;
    return false;
  }
  const RunQueueAccount& after = *last_;
  const Nanoseconds waited = std::min(after.waited - before.waited, service);
  const Nanoseconds on_cpu = std::max(after.on_cpu - before.on_cpu - quick, Nanoseconds{0});
  current_ = {.id = 0,
              .service = service,
              .waited = waited,
              .elsewhere = std::max(service - waited - on_cpu, Nanoseconds{0}),
              .involuntary_switches = difference(after.involuntary_switches, before.involuntary_switches),
              .minor_faults = difference(after.minor_faults, before.minor_faults),
              .major_faults = difference(after.major_faults, before.major_faults),
              .migrated = after.cpu != before.cpu};
  return true;
}

void SlowServiceLog::note(std::uint64_t id) noexcept {
  current_.id = id;
  if (entries_.size() == kCapacity) {
    if (entries_.front().service >= current_.service) {
      return;
    }
    std::pop_heap(entries_.begin(), entries_.end(), slower);
    entries_.pop_back();
  }
  entries_.push_back(current_);
  std::push_heap(entries_.begin(), entries_.end(), slower);
}

/// A running median: a step up or down by half a percent for each piece, so that a few slow ones do not move it.
void SlowServiceLog::track(Nanoseconds service, std::size_t units) noexcept {
  constexpr double kStep = 0.005;
  double& usual_ns = usual_ns_[std::min(units, usual_ns_.size()) - 1];
  usual_ns *= static_cast<double>(service.count()) > usual_ns ? 1.0 + kStep : 1.0 - kStep;
}

Nanoseconds reading_cost(RunQueueMeter& meter, const Clock& clock) {
  std::array<Nanoseconds, 33> costs{};
  for (Nanoseconds& cost : costs) {
    const Instant begin = clock.now();
    if (!meter.read()) {
      return Nanoseconds{0};
    }
    cost = clock.now() - begin;
  }
  std::nth_element(costs.begin(), costs.begin() + costs.size() / 2, costs.end());
  return costs[costs.size() / 2];
}

}  // namespace assay
