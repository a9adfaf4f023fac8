#include "scenarios/roofline_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "harness/quantity.hpp"
#include "harness/thread_placement.hpp"
#include "kernels/compute_peaks.hpp"
#include "kernels/dial.hpp"
#include "kernels/dots.hpp"
#include "kernels/loaded_latency.hpp"
#include "kernels/memory_subjects.hpp"
#include "kernels/simd_cap.hpp"
#include "kernels/simd_choice.hpp"
#include "scenarios/layer_works.hpp"
#include "scenarios/roofline_levels.hpp"
#include "scenarios/subject_catalogue.hpp"
#include "scenarios/team_works.hpp"

namespace assay {

namespace {

class Planner {
 public:
  Planner(const Machine& machine, const std::vector<MemoryLevel>& levels, const RooflinePlanRequest& request)
      : machine_(machine), levels_(levels), cpus_(request.cpus) {}

  void compute() {
    const ComputePeaks peaks = compute_peaks(within_simd_cap(machine_.isa));
    for (const ComputePeak& peak : peaks.here) {
      add_peak(peak, 1);
    }
    for (const AbsentPeak& absent : peaks.absent) {
      subjects_.push_back({.id = fmt::format("compute/{}/{}/{}/1t", absent.isa, absent.dtype, absent.mix),
                           .kind = SubjectKind::compute,
                           .isa = absent.isa,
                           .dtype = absent.dtype,
                           .mix = absent.mix,
                           .cpus = first_cpus(1),
                           .unavailable = absent.reason});
    }
    for (const std::size_t threads : team_sizes()) {
      for (const ComputePeak& peak : widest(peaks.here)) {
        if (threads == cpus_.size() || peak.dtype == "f64") {
          add_peak(peak, threads);
        }
      }
    }
  }

  void bandwidth() {
    std::vector<std::string> simd;
    simd.reserve(simd_choices().size());
    for (const SimdChoice& choice : simd_choices()) {
      if (choice.name != "ssse3") {  // moves what "sse" moves
        simd.push_back(choice.name);
      }
    }
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      // Narrower vectors differ where the core is the limit, next to it.
      const auto sets = std::span<const std::string>(simd).first(level == 0 ? simd.size() : 1);
      for (const StreamVariant& variant : stream_variants(place_of(level), sets)) {
        add_stream(variant, level, 1, "huge");
        if (cpus_.size() > 1 && variant.simd == simd.front() && (variant.streams == 1 || variant.streams == 3)) {
          add_stream(variant, level, cpus_.size(), "huge");
        }
        if (is_memory(level) && variant.streams == 1 && variant.stores == Stores::regular &&
            (variant.mix == StreamMix::load || variant.mix == StreamMix::copy || variant.mix == StreamMix::triad)) {
          add_stream(variant, level, 1, "small");
        }
      }
    }
    for (const std::size_t threads : team_sizes()) {
      if (threads < cpus_.size()) {
        add_stream({.mix = StreamMix::load,
                    .streams = 3,
                    .simd = simd.front(),
                    .bytes_per_cycle_limit = stream_bytes_per_cycle_limit(StreamMix::load, simd.front())},
                   levels_.size() - 1, threads, "huge");
      }
    }
    remote_memory(simd.front());
  }

  /// Memory of each other NUMA node from the first thread.
  void remote_memory(const std::string& simd) {
    const auto home = std::ranges::find(machine_.hardware_threads, cpus_.front(), &HardwareThread::os_index);
    for (int node = 0; node < machine_.numa_node_count && machine_.numa_node_count > 1; ++node) {
      if (home == machine_.hardware_threads.end() || home->numa_node == node) {
        continue;
      }
      add_stream({.mix = StreamMix::load,
                  .streams = 3,
                  .simd = simd,
                  .bytes_per_cycle_limit = stream_bytes_per_cycle_limit(StreamMix::load, simd)},
                 levels_.size() - 1, 1, "huge");
      RooflineSubject& remote = subjects_.back();
      remote.id += "/node" + std::to_string(node);
      remote.mix += " from node " + std::to_string(node);
      remote.parameters[kNumaNode] = std::to_string(node);
    }
  }

  void intensity() {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      for (const std::size_t threads : one_and_all()) {
        for (const double intensity : dial_intensities()) {
          add_dial(intensity, level, threads);
        }
      }
    }
  }

  void latency() {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      for (const char* pages : {"huge", "small"}) {
        const std::uint64_t size = levels_[level].working_set_bytes;
        subjects_.push_back({.id = fmt::format("latency/{}/chase/{}-pages", levels_[level].name, pages),
                             .kind = SubjectKind::latency,
                             .kernel = "chase",
                             .parameters = {{"size", size_text({size})}, {"pages", pages}},
                             .level = levels_[level].name,
                             .mix = "chase",
                             .pages = pages,
                             .cpus = first_cpus(1),
                             .working_set_bytes = size});
      }
    }
    core_to_core();
    loaded_latency();
  }

  /// The first CPU with each other one; all pairs where they are few.
  void core_to_core() {
    constexpr std::size_t kFew = 8;
    for (std::size_t a = 0; a < cpus_.size() && (a == 0 || cpus_.size() <= kFew); ++a) {
      for (std::size_t b = a + 1; b < cpus_.size(); ++b) {
        subjects_.push_back({.id = fmt::format("latency/core-to-core/{}-{}", cpus_[a], cpus_[b]),
                             .kind = SubjectKind::latency,
                             .kernel = kCoreToCore,
                             .mix = "core to core",
                             .cpus = {cpus_[a], cpus_[b]}});
      }
    }
  }

  /// Latency from memory against what the other threads move meanwhile.
  void loaded_latency() {
    if (cpus_.size() < 2) {
      return;
    }
    const std::uint64_t size = working_set_of_team(machine_, levels_, levels_.size() - 1, cpus_.size());
    for (std::size_t delay = 0; delay < LoadedLatency::delays().size(); ++delay) {
      subjects_.push_back({.id = fmt::format("latency/loaded/{}", delay),
                           .kind = SubjectKind::latency,
                           .kernel = kLoadedLatency,
                           .parameters = {{"delay", std::to_string(delay)}, {"size", size_text({size})}},
                           .level = levels_.back().name,
                           .mix = "loaded",
                           .pages = "huge",
                           .cpus = cpus_,
                           .working_set_bytes = size});
    }
  }

  void dots() {
    for (const DotVariant& dot : dot_variants()) {
      std::string name = dot.label + "/" + dot.dtype;
      std::ranges::replace(name, ' ', '-');
      subjects_.push_back({.id = fmt::format("dot/{}/1t", name),
                           .kind = SubjectKind::dot,
                           .kernel = dot.kernel,
                           .parameters = dot.parameters,
                           .dtype = dot.dtype,
                           .mix = dot.label,
                           .cpus = first_cpus(1)});
    }
  }

  void workload(const KernelChoice& choice, bool layers) {
    std::vector<RooflineSubject> points = LayerWorks::subjects(choice, cpus_.front(), layers);
    subjects_.insert(subjects_.end(), std::make_move_iterator(points.begin()), std::make_move_iterator(points.end()));
  }

  [[nodiscard]] std::vector<RooflineSubject> take() { return std::move(subjects_); }

 private:
  [[nodiscard]] bool is_memory(std::size_t level) const { return level + 1 == levels_.size(); }

  [[nodiscard]] StreamLevel place_of(std::size_t level) const {
    if (is_memory(level)) {
      return StreamLevel::memory;
    }
    return is_memory(level + 1) && level > 0 ? StreamLevel::last_cache : StreamLevel::near_cache;
  }

  [[nodiscard]] std::vector<int> first_cpus(std::size_t count) const {
    return {cpus_.begin(), cpus_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

  [[nodiscard]] std::vector<std::size_t> one_and_all() const {
    return cpus_.size() == 1 ? std::vector<std::size_t>{1} : std::vector<std::size_t>{1, cpus_.size()};
  }

  /// 2, 4, 8 ... and all.
  [[nodiscard]] std::vector<std::size_t> team_sizes() const {
    std::vector<std::size_t> sizes;
    for (std::size_t size = 2; size < cpus_.size(); size *= 2) {
      sizes.push_back(size);
    }
    if (cpus_.size() > 1) {
      sizes.push_back(cpus_.size());
    }
    return sizes;
  }

  /// Of each data type the peak that stands for a GEMM, in the last, that is the widest, instruction set. Where none
  /// does, as in a set without fused multiply-adds, all mixes of its widest set.
  [[nodiscard]] static std::vector<ComputePeak> widest(const std::vector<ComputePeak>& peaks) {
    std::map<std::string, std::vector<ComputePeak>> best;
    for (const ComputePeak& peak : peaks) {
      std::vector<ComputePeak>& kept = best[peak.dtype];
      const bool has_gemm_roof = !kept.empty() && kept.front().gemm_roof;
      if (has_gemm_roof && !peak.gemm_roof) {
        continue;
      }
      if (!kept.empty() && (peak.gemm_roof || kept.front().isa != peak.isa)) {
        kept.clear();
      }
      kept.push_back(peak);
    }
    std::vector<ComputePeak> found;
    for (const auto& [dtype, kept] : best) {
      found.insert(found.end(), kept.begin(), kept.end());
    }
    return found;
  }

  void add_peak(const ComputePeak& peak, std::size_t threads) {
    subjects_.push_back({.id = fmt::format("compute/{}/{}/{}/{}t", peak.isa, peak.dtype, peak.mix, threads),
                         .kind = SubjectKind::compute,
                         .kernel = peak.kernel,
                         .parameters = peak.parameters,
                         .isa = peak.isa,
                         .dtype = peak.dtype,
                         .mix = peak.mix,
                         .cpus = first_cpus(threads),
                         .work_per_cycle_limit = peak.work_per_cycle_limit});
  }

  void add_stream(const StreamVariant& variant, std::size_t level, std::size_t threads, const std::string& pages) {
    const std::uint64_t size = working_set_of_team(machine_, levels_, level, threads);
    std::string name = variant.label() + (pages == "small" ? " small pages" : "");
    const std::string mix = variant.simd == simd_choices().front().name ? name : name + " " + variant.simd;
    std::ranges::replace(name, ' ', '-');
    subjects_.push_back({.id = fmt::format("bandwidth/{}/{}/{}/{}t", levels_[level].name, name, variant.simd, threads),
                         .kind = SubjectKind::bandwidth,
                         .kernel = "stream",
                         .parameters = {{"mix", std::string(name_of(variant.mix))},
                                        {"streams", std::to_string(variant.streams)},
                                        {"stores", std::string(name_of(variant.stores))},
                                        {"pages", pages},
                                        {"simd", variant.simd},
                                        {"size", size_text({size})}},
                         .level = levels_[level].name,
                         .isa = variant.simd,
                         .dtype = "f64",
                         .mix = mix,
                         .pages = pages,
                         .cpus = first_cpus(threads),
                         .working_set_bytes = size,
                         .bytes_per_cycle_limit = variant.bytes_per_cycle_limit});
  }

  void add_dial(double intensity, std::size_t level, std::size_t threads) {
    const std::uint64_t size = working_set_of_team(machine_, levels_, level, threads);
    const std::string setting = fmt::format("{}", intensity);
    subjects_.push_back({.id = fmt::format("intensity/{}/{}/{}t", levels_[level].name, setting, threads),
                         .kind = SubjectKind::intensity,
                         .kernel = "dial",
                         .parameters = {{"intensity", setting}, {"size", size_text({size})}, {"pages", "huge"}},
                         .level = levels_[level].name,
                         .dtype = "f64",
                         .mix = setting + " flop/byte",
                         .pages = "huge",
                         .cpus = first_cpus(threads),
                         .working_set_bytes = size});
  }

  const Machine& machine_;
  const std::vector<MemoryLevel>& levels_;
  const std::vector<int>& cpus_;
  std::vector<RooflineSubject> subjects_;
};

}  // namespace

std::vector<RooflineSubject> plan_roofline(const Machine& machine, const std::vector<MemoryLevel>& levels,
                                           const RooflinePlanRequest& request) {
  Planner planner(machine, levels, request);
  const RooflineParts& parts = request.parts;
  const std::array<std::pair<bool, void (Planner::*)()>, 5> all{{{parts.compute, &Planner::compute},
                                                                 {parts.bandwidth, &Planner::bandwidth},
                                                                 {parts.intensity, &Planner::intensity},
                                                                 {parts.latency, &Planner::latency},
                                                                 {parts.dots && !request.workload, &Planner::dots}}};
  for (const auto& [wanted, part] : all) {
    if (wanted) {
      (planner.*part)();
    }
  }
  if (request.workload) {
    planner.workload(*request.workload, request.layers);
  }
  return planner.take();
}

std::vector<int> roofline_cpus(const Machine& machine, const std::vector<int>& only) {
  const ThreadPlacement placement =
      choose_placement(machine, {.issuing_threads = 1, .worker_threads = 0, .only_cpus = only});
  std::vector<int> cpus = placement.issuing_cpus;
  for (const int cpu : placement.worker_cpus) {
    if (std::ranges::find(cpus, cpu) == cpus.end()) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

}  // namespace assay
