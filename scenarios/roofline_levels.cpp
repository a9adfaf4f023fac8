#include "scenarios/roofline_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/format.hpp"

namespace assay {

namespace {

constexpr std::uint64_t kKibibyte = 1024;
constexpr std::uint64_t kSmallestMemorySet = std::uint64_t{64} << 20U;
constexpr std::uint64_t kStep = 4 * kKibibyte;  // whole pages: every mix and vector width divides them well enough

std::uint64_t in_steps(double bytes) {
  return std::max<std::uint64_t>(kStep, static_cast<std::uint64_t>(bytes) / kStep * kStep);
}

/// Twice the level below, at most half of the level itself, and between them where there is room; never more than four
/// times the level below, which serves next to nothing of that: of a cache that others use too, the more is asked for,
/// the less is there.
std::uint64_t between(std::uint64_t below, std::uint64_t capacity) {
  const double least = 2.0 * static_cast<double>(below);
  const double most = 0.5 * static_cast<double>(capacity);
  return in_steps(most > least ? std::min(std::sqrt(least * most), 2.0 * least) : least);
}

/// Up to which size a level serves, as far as anybody knows.
std::uint64_t effective(const MemoryLevel& level) {
  const std::uint64_t reported = level.reported_bytes.value_or(0);
  return level.measured_bytes ? std::min(reported, *level.measured_bytes) : reported;
}

std::string note_of(const MemoryLevel& level, std::uint64_t below, const std::string& why_not_measured) {
  constexpr double kFar = 0.6;
  if (!level.measured_bytes) {
    return fmt::format("the reported size is used: {}", why_not_measured);
  }
  const auto measured = static_cast<double>(*level.measured_bytes);
  const auto reported = static_cast<double>(*level.reported_bytes);
  if (4 * below > effective(level)) {
    return fmt::format("only {} of the reported {} serve this program: hardly more than the level below",
                       format_bytes(*level.measured_bytes), format_bytes(*level.reported_bytes));
  }
  if (measured < kFar * reported) {
    return fmt::format("serves {} of the reported {}: shared with others, or partitioned",
                       format_bytes(*level.measured_bytes), format_bytes(*level.reported_bytes));
  }
  return {};
}

}  // namespace

std::vector<MemoryLevel> roofline_levels(const Machine& machine, const std::vector<Reading<Bytes>>& measured,
                                         std::uint64_t memory_limit) {
  std::vector<MemoryLevel> levels;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < machine.data_caches.size(); ++i) {
    MemoryLevel level{
        .name = fmt::format("L{}", machine.data_caches[i].level),
        .reported_bytes = machine.data_caches[i].size.count,
        .measured_bytes = i < measured.size() && measured[i] ? std::optional(measured[i]->count) : std::nullopt};
    constexpr double kShareOfFirst = 4.0;
    level.working_set_bytes = i == 0 ? in_steps(static_cast<double>(*level.reported_bytes) / kShareOfFirst)
                                     : between(below, effective(level));
    level.note = note_of(level, below, i < measured.size() ? measured[i].reason() : "sizes were not swept");
    // Whatever it serves right now: on a quieter day it holds all of its size.
    below = *level.reported_bytes;
    levels.push_back(std::move(level));
  }
  const std::uint64_t wanted = std::max(kSmallestMemorySet, 4 * machine.last_level_cache().count);
  MemoryLevel memory{.name = "DRAM",
                     .working_set_bytes = std::max(kStep, std::min(wanted, memory_limit) / kStep * kStep)};
  if (memory.working_set_bytes < wanted) {
    memory.note = fmt::format("{} would be needed to pass the last cache by; {} could be had", format_bytes(wanted),
                              format_bytes(memory.working_set_bytes));
  }
  levels.push_back(std::move(memory));
  return levels;
}

std::uint64_t working_set_of_team(const Machine& machine, const std::vector<MemoryLevel>& levels, std::size_t index,
                                  std::size_t threads) {
  const MemoryLevel& level = levels.at(index);
  if (index + 1 == levels.size()) {
    constexpr std::uint64_t kLeast = std::uint64_t{16} << 20U;
    const std::uint64_t share = level.working_set_bytes / std::max<std::size_t>(threads, 1);
    return std::min(level.working_set_bytes, std::max(kLeast, share / kStep * kStep));
  }
  const auto sharing = static_cast<std::size_t>(std::max(machine.data_caches.at(index).sharing_cores, 1));
  const std::uint64_t sharers = std::min(threads, sharing);
  if (index == 0 || sharers <= 1) {
    return level.working_set_bytes;
  }
  return std::min(level.working_set_bytes,
                  between(levels[index - 1].reported_bytes.value_or(0), effective(level) / sharers));
}

}  // namespace assay
