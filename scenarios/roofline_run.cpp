#include "scenarios/roofline_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "harness/counter_set.hpp"
#include "harness/doctor.hpp"
#include "harness/host_pressure.hpp"
#include "harness/nominal_clock.hpp"
#include "harness/process_memory.hpp"
#include "harness/round_sampler.hpp"
#include "harness/sampling_team.hpp"
#include "harness/steady_clock.hpp"
#include "harness/team_threads.hpp"
#include "scenarios/gpu_roofline.hpp"
#include "scenarios/interference/interference.hpp"
#include "scenarios/level_sweep.hpp"
#include "scenarios/memory_need.hpp"
#include "scenarios/roofline_levels.hpp"
#include "scenarios/subject_catalogue.hpp"
#include "scenarios/subject_work.hpp"

namespace assay {

namespace {

/// Of the memory that is free, for all threads together: a roofline must not push a laptop's other programs out.
constexpr std::uint64_t kShareOfMemory = 4;

// A sample of several threads is spoilt by a disturbance of any of them: it is shorter, and has more tries.
constexpr Nanoseconds kTeamSample = std::chrono::microseconds{400};
constexpr double kTeamShare = 2.0;
constexpr double kDotShare = 3.0;  // a run of real work is as long as several samples
// Before a turn of a layer all those before it are computed, so that it takes more samples while it is there.
constexpr double kLayerShare = 12.0;

double share_of(const RooflineSubject& subject) {
  if (subject.kind == SubjectKind::dot) {
    return subject.parameters.contains(kLayerParameter) ? kLayerShare : kDotShare;
  }
  return subject.cpus.size() > 1 ? kTeamShare : 1.0;
}

/// After the time, or when the median is known to a fraction of a percent: more samples would tell nothing new.
std::unique_ptr<StoppingRule> stop_when_narrow_or_after(Nanoseconds limit) {
  constexpr double kWidth = 0.002;
  constexpr std::uint64_t kLeast = 40;
  std::vector<std::unique_ptr<StoppingRule>> rules;
  rules.push_back(std::make_unique<StopWhenNarrow>(kWidth, kLeast));
  rules.push_back(std::make_unique<StopAfterTime>(limit));
  return std::make_unique<StopWhenAny>(std::move(rules));
}

class RooflineRun {
 public:
  RooflineRun(const RooflineRequest& request, const Machine& machine, std::stop_token stop,
              const RooflineObserver& observer)
      : request_(request), stop_(std::move(stop)), observer_(observer), cpus_(roofline_cpus(machine, request.cpus)) {
    result_.machine = machine;
    result_.machine_identity = identify(machine);
    result_.seed = request.seed;
    result_.pause_s = seconds(plan_.pause);
    result_.sample_s = seconds(RoundSubject{}.sample);
    plan_.time_limit = request.time_limit;
    plan_.seed = request.seed;
  }

  RooflineMeasurement run() {
    read_conditions_here();
    take_away();
    const Instant begin = clock_.now();
    SamplingTeam::with(cpus_, clock_, [this](SamplingTeam& team) { measure(team); });
    result_.duration_s = seconds(clock_.now() - begin);
    result_.interrupted = stop_.stop_requested();
    return std::move(result_);
  }

 private:
  void read_conditions_here() {
    observer_.phase("conditions");
    std::vector<int> sorted = cpus_;
    std::ranges::sort(sorted);
    result_.conditions = read_conditions(result_.machine, {.cpus = sorted, .threads = static_cast<int>(cpus_.size())});
    const Reading<NominalClock> nominal = read_nominal_clock(files_);
    result_.nominal_clock_hz = nominal ? std::optional(nominal->hz) : std::nullopt;
    result_.nominal_clock_source = nominal ? nominal->source : nominal.reason();
  }

  /// What the request takes away, before a thread is started or memory is touched.
  void take_away() {
    result_.limits = request_.limits;
    if (!request_.limits.pages.empty()) {
      small_pages_.emplace();
      if (const auto& problem = small_pages_->problem()) {
        throw std::runtime_error("--huge-pages no: refused (" + *problem + ")");
      }
    }
    if (!request_.limits.stream_bytes_per_s) {
      return;
    }
    const InjectionPlace place{.victim_cpus = cpus_,
                               .issuing_cpus = {},
                               .allowed_cpus = result_.machine.allowed_cpus(),
                               .last_level_cache = result_.machine.last_level_cache()};
    if (std::ranges::find(cpus_, stream_cpu(place)) != cpus_.end()) {
      throw std::invalid_argument(
          "--membw: every CPU is measured, and the stream needs one; leave one out with --cpus");
    }
    InterferenceRequest request;
    request.memory_bytes_per_s = request_.limits.stream_bytes_per_s;
    constexpr Nanoseconds kLongest = std::chrono::hours{25};  // above what a roofline may take
    interference_.emplace(
        Interference::Options{.request = request, .place = place, .seed = request_.seed, .time_limit = kLongest},
        clock_);
  }

  void measure(SamplingTeam& team) {
    find_levels(team);
    prepare(team);
    sample(team);
    count();
    check(team);
  }

  /// How large each level of the memory really is, by latency against size.
  void find_levels(SamplingTeam& team) {
    observer_.phase("levels");
    const std::uint64_t free = memory_available(files_).value_or(Bytes{std::uint64_t{1} << 30U}).count;
    const std::uint64_t limit = free / kShareOfMemory / 2;
    LevelSweep sweep = sweep_levels(team, clock_, result_.machine, limit, request_.seed, stop_);
    result_.levels = roofline_levels(result_.machine, sweep.capacities, limit);
    result_.subjects = std::move(sweep.subjects);
  }

  void prepare(SamplingTeam& team) {
    observer_.phase("prepare");
    subjects_ = plan_roofline(
        result_.machine, result_.levels,
        {.cpus = cpus_, .parts = request_.parts, .workload = request_.workload, .layers = request_.layers});
    catalogue_ = std::make_unique<SubjectCatalogue>(subjects_, clock_);
    const std::vector<std::size_t> all = all_threads(team);
    team.run(all, [this](std::size_t thread) { catalogue_->prepare_memory(cpus_[thread], request_.seed + thread); });
    works_.resize(subjects_.size());
    for (std::size_t i = 0; i < subjects_.size() && !stop_.stop_requested(); ++i) {
      if (subjects_[i].unavailable.empty()) {
        prepare_one(team, i);
      }
    }
  }

  /// A subject that cannot be made here has its reason in the result and does not end the measurement.
  void prepare_one(SamplingTeam& team, std::size_t index) {
    RooflineSubject& subject = subjects_[index];
    try {
      auto work = catalogue_->make(subject);
      team.run(threads_of(subject), [&](std::size_t member) { work->prepare(member, request_.seed + member); });
      work->describe(subject);
      works_[index] = std::move(work);
    } catch (const std::exception& error) {
      subject.unavailable = error.what();
    }
  }

  void sample(SamplingTeam& team) {
    std::vector<RoundSubject> rounds;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < works_.size(); ++i) {
      if (works_[i] != nullptr) {
        SubjectWork* const work = works_[i].get();
        rounds.push_back({.work = [work](std::size_t member, std::uint64_t n) { work->run(member, n); },
                          .threads = threads_of(subjects_[i]),
                          .sample = subjects_[i].cpus.size() > 1 ? kTeamSample : RoundSubject{}.sample,
                          .share = share_of(subjects_[i]),
                          .before_turn = [work] { work->before_turn(); },
                          .after_sample = [work] { work->after_sample(); }});
        indices.push_back(i);
      }
    }
    observer_.phase("rounds", request_.time_limit);
    const auto rule = stop_when_narrow_or_after(request_.time_limit);
    const RoundObserver observer{.on_round = [this](std::uint32_t round, bool begins) { account(round, begins); },
                                 .on_visit = observer_.on_progress};
    if (interference_) {
      interference_->begin_window();
    }
    auto samples = RoundSampler(team, clock_, plan_, *rule).measure(rounds, observer, stop_);
    if (interference_) {
      result_.interference = interference_->doses();
    }
    for (std::size_t i = 0; i < indices.size(); ++i) {
      take_samples(subjects_[indices[i]], std::move(samples[i]));
      works_[indices[i]]->finish(subjects_[indices[i]]);
    }
  }

  [[nodiscard]] static std::vector<std::size_t> all_threads(const SamplingTeam& team) {
    std::vector<std::size_t> threads(team.size());
    std::iota(threads.begin(), threads.end(), std::size_t{0});
    return threads;
  }

  /// The threads of the team that are pinned to the subject's CPUs.
  [[nodiscard]] std::vector<std::size_t> threads_of(const RooflineSubject& subject) const {
    std::vector<std::size_t> threads;
    for (const int cpu : subject.cpus) {
      threads.push_back(static_cast<std::size_t>(std::ranges::find(cpus_, cpu) - cpus_.begin()));
    }
    return threads;
  }

  /// One further stretch of each single-threaded subject under the counters, where any hardware counter starts here.
  void count() {
    CounterSet counters;
    const std::vector<CounterReading> probe = counters.read();
    const auto hardware = [](const CounterReading& reading) {
      return reading.event >= CounterEvent::instructions && reading.value.available();
    };
    if (std::ranges::none_of(probe, hardware)) {
      const auto first = std::ranges::find(probe, CounterEvent::instructions, &CounterReading::event);
      observer_.warn(result_, "counters: none (" +
                                  (first == probe.end() ? "no hardware event is known" : first->value.reason()) +
                                  "); work and traffic are as declared and tested");
      return;
    }
    observer_.phase("counters");
    for (std::size_t i = 0; i < works_.size() && !stop_.stop_requested(); ++i) {
      RooflineSubject& subject = subjects_[i];
      if (works_[i] == nullptr || subject.cpus != std::vector<int>{cpus_.front()} || subject.samples.empty()) {
        continue;
      }
      const double iterations = result_.sample_s / subject.samples.front().seconds_per_iteration;
      subject.counted_iterations = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(iterations));
      works_[i]->run(0, subject.counted_iterations);
      counters.start();
      works_[i]->run(0, subject.counted_iterations);
      subject.counters = counters.read();
    }
  }

  void check(SamplingTeam& team) {
    observer_.phase("check");
    // References in higher precision take long: the threads share them out, but for the subjects that write to memory
    // which others write too.
    const std::vector<std::size_t> all = all_threads(team);
    team.run(all, [this](std::size_t thread) {
      for (std::size_t i = 0; i < works_.size(); ++i) {
        const bool shares =
            subjects_[i].kind == SubjectKind::bandwidth || subjects_[i].parameters.contains(kLayerParameter);
        const std::size_t checker = shares ? 0 : i % cpus_.size();
        // The dial on several threads is the same kernel on the first of them.
        const bool twin = subjects_[i].kind == SubjectKind::intensity && subjects_[i].cpus.size() > 1;
        if (works_[i] != nullptr && checker == thread && !twin) {
          subjects_[i].output_check = works_[i]->check();
        }
      }
    });
    for (RooflineSubject& subject : subjects_) {
      result_.subjects.push_back(std::move(subject));
    }
  }

  void account(std::uint32_t round, bool begins) {
    const HostAccount now{.times = read_cpu_times(files_), .pressure = read_cpu_pressure(files_), .at = clock_.now()};
    if (begins) {
      first_round_ = round == 0 ? now.at : first_round_;
      round_begin_ = now;
      return;
    }
    const HostDisturbance disturbance = disturbance_between(round_begin_, now, sysconf(_SC_CLK_TCK));
    result_.rounds.push_back({.round = round,
                              .begin_s = seconds(round_begin_.at - first_round_),
                              .end_s = seconds(now.at - first_round_),
                              .steal_share = disturbance.steal,
                              .foreign_cpu_share = disturbance.foreign,
                              .cpu_pressure_share = disturbance.cpu_pressure});
  }

  const RooflineRequest& request_;
  std::stop_token stop_;
  const RooflineObserver& observer_;
  std::vector<int> cpus_;
  /// Only asleep: a thread that spins is not owed time by the scheduler.
  SteadyClock clock_{{.spin_margin = Nanoseconds{0}}};
  SystemFiles files_;
  RoundPlan plan_;
  std::optional<SmallPages> small_pages_;
  std::optional<Interference> interference_;
  RooflineMeasurement result_;
  std::vector<RooflineSubject> subjects_;
  std::unique_ptr<SubjectCatalogue> catalogue_;
  std::vector<std::unique_ptr<SubjectWork>> works_;
  Instant first_round_;
  HostAccount round_begin_;
};

}  // namespace

RooflineMeasurement run_roofline(const RooflineRequest& request, const Machine& machine, const std::stop_token& stop,
                                 const RooflineObserver& observer) {
  if (request.gpu) {
    const Reading<GpuDevice> device = open_gpu(*request.gpu);
    if (!device) {
      throw std::runtime_error(no_gpu_line(device.reason()));
    }
    return run_gpu_roofline(request, *device, machine, stop, observer);
  }
  return RooflineRun(request, machine, stop, observer).run();
}

}  // namespace assay
