#include "scenarios/interference/interference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "harness/random_bits.hpp"
#include "scenarios/interference/dose.hpp"
#include "scenarios/interference/injector_process.hpp"
#include "scenarios/interference/stress_ng.hpp"

namespace assay {
namespace {

bool contains(const std::vector<int>& cpus, int cpu) { return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end(); }

InjectorLoop loop_of(const InjectorOrder& order, const InterferenceRequest& request) {
  switch (order.knob) {
    case Knob::noise:
      return BurstLoop{.rate_per_s = request.noise->rate_per_s, .length = request.noise->length};
    case Knob::background:
      return DutyLoop{.share = *request.background_share};
    case Knob::ctxsw:
      return WakeLoop{.rate_per_s = *request.switches_per_s};
    case Knob::pcie:
      throw std::invalid_argument("--pcie: a processor has no such link to load");
    case Knob::memory:
      break;
  }
  return StreamLoop{.bytes_per_s = *request.memory_bytes_per_s, .buffer_bytes = order.stream_buffer_bytes};
}

/// A stream that cannot have its rate never sleeps: above the generator it would starve it.
InjectorPriority priority_of(Knob knob, const InterferenceRequest& request) {
  return knob == Knob::memory ? InjectorPriority::ordinary : request.priority;
}

/// Twice the last cache, so that every pass goes to memory; within what touching it costs.
std::uint64_t stream_buffer(Bytes last_level_cache) {
  constexpr std::uint64_t kLeast = std::uint64_t{32} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{256} << 20;
  return std::clamp<std::uint64_t>(2 * last_level_cache.count, kLeast, kMost);
}

}  // namespace

std::unique_ptr<Injector> start_injector(const InjectorOrder& order, const InterferenceRequest& request) {
  if (request.source == InjectorSource::stress_ng) {
    return start_stress_ng(order, request);
  }
  return std::make_unique<InjectorProcess>(InjectorProcess::Plan{.loop = loop_of(order, request),
                                                                 .cpu = order.cpu,
                                                                 .priority = priority_of(order.knob, request),
                                                                 .seed = order.seed,
                                                                 .time_limit = order.time_limit});
}

void require_allowed(const InterferenceRequest& request, const std::vector<int>& allowed_cpus) {
  for (const int cpu : request.cpus) {
    if (!contains(allowed_cpus, cpu)) {
      throw std::invalid_argument(fmt::format("--inject-on {}: this process may not use CPU {}", cpu, cpu));
    }
  }
}

int stream_cpu(const InjectionPlace& place) {
  for (const int cpu : place.allowed_cpus) {
    if (!contains(place.victim_cpus, cpu) && !contains(place.issuing_cpus, cpu)) {
      return cpu;
    }
  }
  for (const std::vector<int>* cpus : {&place.issuing_cpus, &place.victim_cpus, &place.allowed_cpus}) {
    if (!cpus->empty()) {
      return cpus->front();
    }
  }
  throw std::invalid_argument("--membw, --pcie: no CPU is allowed");
}

Interference::Interference(Options options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  const InterferenceRequest& request = options_.request;
  require_allowed(request, options_.place.allowed_cpus);
  std::vector<int> cpus = options_.shares_device ? cpu_of_one()
                          : request.cpus.empty() ? options_.place.victim_cpus
                                                 : request.cpus;
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  const std::array<std::pair<Knob, bool>, 3> on_victims{{{Knob::noise, request.noise.has_value()},
                                                         {Knob::background, request.background_share.has_value()},
                                                         {Knob::ctxsw, request.switches_per_s.has_value()}}};
  for (const auto& [knob, wanted] : on_victims) {
    if (wanted) {
      start(knob, cpus);
    }
  }
  if (request.memory_bytes_per_s) {
    start(Knob::memory, cpu_of_one());
  }
  if (request.pcie_bytes_per_s) {
    start(Knob::pcie, cpu_of_one());
  }
  begin_window();
}

std::vector<int> Interference::cpu_of_one() const {
  const std::vector<int>& asked = options_.request.cpus;
  return {asked.empty() ? stream_cpu(options_.place) : asked.front()};
}

void Interference::start(Knob knob, const std::vector<int>& cpus) {
  Group group{.knob = knob, .running = {}, .alone = std::nullopt};
  for (const int cpu : cpus) {
    const std::uint64_t number = groups_.size() * 4096 + static_cast<std::uint64_t>(cpu);
    group.running.push_back(
        {.injector = options_.start({.knob = knob,
                                     .cpu = cpu,
                                     .seed = split_mix(options_.seed ^ split_mix(number)),
                                     .time_limit = options_.time_limit,
                                     .stream_buffer_bytes = stream_buffer(options_.place.last_level_cache)},
                                    options_.request),
         .before = std::nullopt});
  }
  groups_.push_back(std::move(group));
}

void Interference::note_alone() {
  const std::vector<DoseRecord> doses = this->doses();
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    groups_[i].alone = doses[i].achieved;
  }
}

void Interference::begin_window() {
  window_begin_ = clock_.now();
  for (Group& group : groups_) {
    for (Running& running : group.running) {
      running.before = running.injector->use();
    }
  }
}

DoseRecord Interference::dose_of(const Group& group) const {
  DoseRecord record;
  DoseWindow window{.wall = clock_.now() - window_begin_, .use = {}, .lengths = {}};
  for (const Running& running : group.running) {
    const Injector& injector = *running.injector;
    record.cpus.push_back(injector.cpu());
    record.source = injector.source();
    record.scheduling = injector.scheduling();
    const auto after = injector.use();
    if (!running.before || !after) {
      record.reason = fmt::format("the injector on CPU {} was gone before the end", injector.cpu());
      continue;
    }
    window.use.push_back(use_between(*running.before, *after));
    const auto lengths = injector.lengths(running.before->events);
    window.lengths.insert(window.lengths.end(), lengths.begin(), lengths.end());
  }
  const bool all_there = window.use.size() == group.running.size();
  fill_dose(record, group.knob, options_.request, window);
  record.delivered = record.delivered && all_there;
  record.achieved_alone = group.alone;
  return record;
}

std::vector<DoseRecord> Interference::doses() const {
  std::vector<DoseRecord> records;
  records.reserve(groups_.size());
  for (const Group& group : groups_) {
    records.push_back(dose_of(group));
  }
  return records;
}

}  // namespace assay
