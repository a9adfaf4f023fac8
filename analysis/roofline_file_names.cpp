#include "analysis/roofline_file_names.hpp"

#include <array>

#include "analysis/roofline_form.hpp"

namespace assay {
namespace {

constexpr std::array kContaminations{Contamination::none, Contamination::preempted, Contamination::stalled,
                                     Contamination::out_of_step};
constexpr std::array kSubjectKinds{SubjectKind::compute, SubjectKind::bandwidth, SubjectKind::intensity,
                                   SubjectKind::latency, SubjectKind::dot};
constexpr std::array kFiguresSources{FiguresSource::counted, FiguresSource::measured, FiguresSource::modelled};
constexpr std::array kCounterEvents{
    CounterEvent::task_clock,  CounterEvent::context_switches, CounterEvent::cpu_migrations,
    CounterEvent::page_faults, CounterEvent::instructions,     CounterEvent::cycles,
    CounterEvent::llc_misses,  CounterEvent::flops_single,     CounterEvent::flops_double};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<Enum, N>& all, const std::string& name) {
  for (const Enum value : all) {
    if (name == name_of(value)) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> contamination_names() {
  std::vector<std::string> names;
  names.reserve(std::size(kContaminations));
  for (const Contamination kind : kContaminations) {
    names.emplace_back(name_of(kind));
  }
  return names;
}

std::uint32_t index_of(Contamination contamination) {
  std::uint32_t index = 0;
  while (index + 1 < kContaminations.size() && kContaminations[index] != contamination) {
    ++index;
  }
  return index;
}

std::optional<Contamination> contamination_from(const std::string& name) { return find(kContaminations, name); }
std::optional<SubjectKind> subject_kind_from(const std::string& name) { return find(kSubjectKinds, name); }
std::optional<FiguresSource> figures_source_from(const std::string& name) { return find(kFiguresSources, name); }
std::optional<CounterEvent> counter_event_from(const std::string& name) { return find(kCounterEvents, name); }

}  // namespace assay
