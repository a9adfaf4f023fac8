#include "analysis/run_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>

#include "analysis/compared_row.hpp"
#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/run_file.hpp"

namespace assay {
namespace {

/// The runs of one key on one side.
struct RunSet {
  std::string key;
  ComparisonSide side;

  [[nodiscard]] const RunDocument& first() const { return side.runs.front(); }
};

std::vector<RunSet> sets_of(const ComparisonSide& side, bool across_envelopes) {
  std::vector<RunSet> sets;
  for (const RunDocument& run : side.runs) {
    const std::string key = grouping_key(run, across_envelopes);
    auto found = std::ranges::find(sets, key, &RunSet::key);
    if (found == sets.end()) {
      sets.push_back({.key = key, .side = {.name = side.name, .system = side.system, .runs = {}}});
      found = std::prev(sets.end());
    }
    found->side.runs.push_back(run);
  }
  return sets;
}

struct SetPair {
  const RunSet* a = nullptr;
  const RunSet* b = nullptr;

  [[nodiscard]] bool equal() const { return a != nullptr && b != nullptr && a->key == b->key; }
};

/// Whether a reader would take the two for the same thing: then it is told what differs.
bool look_alike(const RunSet& a, const RunSet& b) {
  return a.first().workload == b.first().workload && a.first().scenario == b.first().scenario;
}

/// Equal keys first; of the rest those that look alike with the fewest members that differ; a single rest on each side
/// in any case. Whatever is left stands alone.
std::map<const RunSet*, const RunSet*> partners_of(const std::vector<RunSet>& a, const std::vector<RunSet>& b,
                                                   bool across_envelopes) {
  std::set<const RunSet*> taken;
  std::map<const RunSet*, const RunSet*> partner;
  const auto join = [&](const RunSet& one, const RunSet& other) {
    partner[&one] = &other;
    taken.insert(&other);
  };
  for (const RunSet& one : a) {
    const auto equal = std::ranges::find(b, one.key, &RunSet::key);
    if (equal != b.end()) {
      join(one, *equal);
    }
  }
  const bool one_each = a.size() - partner.size() == 1 && b.size() - taken.size() == 1;
  constexpr std::size_t kMostToExplain = 4096;  // beyond, nobody reads how each differs from each
  if ((a.size() - partner.size()) * (b.size() - taken.size()) > kMostToExplain) {
    return partner;
  }
  for (const RunSet& one : a) {
    const RunSet* best = nullptr;
    std::size_t fewest = 0;
    for (const RunSet& other : b) {
      if (partner.contains(&one) || taken.contains(&other) || !(one_each || look_alike(one, other))) {
        continue;
      }
      const std::size_t differing = key_differences(one.first(), other.first(), across_envelopes).size();
      if (best == nullptr || differing < fewest) {
        best = &other;
        fewest = differing;
      }
    }
    if (best != nullptr) {
      join(one, *best);
    }
  }
  return partner;
}

std::vector<SetPair> pairs_of(const std::vector<RunSet>& a, const std::vector<RunSet>& b, bool across_envelopes) {
  const std::map<const RunSet*, const RunSet*> partner = partners_of(a, b, across_envelopes);
  std::set<const RunSet*> taken;
  std::vector<SetPair> pairs;
  for (const RunSet& one : a) {
    const auto found = partner.find(&one);
    pairs.push_back({.a = &one, .b = found == partner.end() ? nullptr : found->second});
    taken.insert(pairs.back().b);
  }
  for (const RunSet& other : b) {
    if (!taken.contains(&other)) {
      pairs.push_back({.a = nullptr, .b = &other});
    }
  }
  return pairs;
}

std::string machines_of(const RunSet& set) {
  std::set<std::string> labels;
  for (const RunDocument& run : set.side.runs) {
    labels.insert(run.machine_identity.label);
  }
  return fmt::format("{}", fmt::join(labels, ", "));
}

/// Envelopes may differ within a side only across envelopes; then each is named.
RunMark marks_of(const RunSet& set) {
  RunMark mark = mark_of(set.first());
  for (const RunDocument& run : set.side.runs) {
    const std::string other = mark_of(run).emulated;
    if (other != mark.emulated && mark.emulated.find(other) == std::string::npos) {
      mark.emulated += (mark.emulated.empty() ? "" : " and ") + other;
    }
  }
  return mark;
}

std::vector<std::string> ids_of(const RunSet& set) {
  std::vector<std::string> ids;
  for (const RunDocument& run : set.side.runs) {
    ids.push_back(run.id);
  }
  return ids;
}

ComparisonBlock block_of(const SetPair& pair) {
  const RunDocument& shown = pair.a != nullptr ? pair.a->first() : pair.b->first();
  ComparisonBlock block;
  block.workload = workload_title(shown);
  block.scenario =
      scenario_title(shown) + (shown.rate_target_hz ? " at " + format_rate(*shown.rate_target_hz, "queries/s") : "");
  if (pair.a != nullptr) {
    block.key_a = comparability_key(pair.a->first());
    block.mark_a = marks_of(*pair.a);
    block.ids_a = ids_of(*pair.a);
    block.machine_a = machines_of(*pair.a);
  }
  if (pair.b != nullptr) {
    block.key_b = comparability_key(pair.b->first());
    block.mark_b = marks_of(*pair.b);
    block.ids_b = ids_of(*pair.b);
    block.machine_b = machines_of(*pair.b);
  }
  return block;
}

void set_reasons(ComparisonBlock& block, const SetPair& pair, bool across_envelopes) {
  if (pair.a == nullptr || pair.b == nullptr) {
    block.reasons.push_back(fmt::format("only {} has such a run: measure it on the other side, or leave it out",
                                        pair.a != nullptr ? "A" : "B"));
    return;
  }
  block.reasons = key_differences(pair.a->first(), pair.b->first(), across_envelopes);
  for (std::string& reason : refusals(pair.a->side, pair.b->side)) {
    block.reasons.push_back(std::move(reason));
  }
  block.cross_machine = cross_machine_reasons(pair.a->side, pair.b->side);
  block.differences = soft_differences(pair.a->side, pair.b->side);
  block.notes = conduct_notes(pair.a->side, pair.b->side);
}

void judge(ComparisonBlock& block, const SetPair& pair, double margin, double alpha) {
  const std::vector<ComparisonQuantity> quantities = quantities_of(pair.a->first());
  const auto others = static_cast<double>(std::max<std::size_t>(2, quantities.size()) - 1);
  for (const ComparisonQuantity& quantity : quantities) {
    const RowPlan plan{.margin = margin, .alpha = block.rows.empty() ? alpha : alpha / others};
    block.rows.push_back(compared_row(quantity, pair.a->side, pair.b->side, plan));
  }
  const ComparedRow& own = block.rows.front();
  if (!own.ratio.point) {
    block.reasons.push_back(
        fmt::format("{}, which the verdict rests on, is not available: {}", own.quantity.title, own.ratio.reason));
    block.rows.clear();
    return;
  }
  block.verdict = own.reading;
}

}  // namespace

std::string name_of(ComparisonVerdict verdict) {
  switch (verdict) {
    case ComparisonVerdict::same:
      return "SAME";
    case ComparisonVerdict::faster:
      return "FASTER";
    case ComparisonVerdict::slower:
      return "SLOWER";
    case ComparisonVerdict::ambiguous:
      return "AMBIGUOUS";
    case ComparisonVerdict::not_comparable:
      break;
  }
  return "NOT COMPARABLE";
}

std::string name_of(IntervalBasis basis) {
  switch (basis) {
    case IntervalBasis::between_runs:
      return "between_runs";
    case IntervalBasis::within_run:
      return "within_run";
    case IntervalBasis::none:
      break;
  }
  return "none";
}

bool RunComparison::any(ComparisonVerdict verdict) const {
  return std::ranges::find(blocks, verdict, &ComparisonBlock::verdict) != blocks.end();
}

RunComparison compare_runs(const ComparisonSide& a, const ComparisonSide& b, const ComparisonOptions& options) {
  if (a.runs.empty() || b.runs.empty()) {
    throw std::invalid_argument(fmt::format("comparison: {} has no run", a.runs.empty() ? "A" : "B"));
  }
  if (!(options.margin > 0.0 && options.margin < 1.0)) {
    throw std::invalid_argument("comparison: the margin must lie between 0 and 100 %");
  }
  RunComparison comparison{.name_a = a.name, .name_b = b.name, .options = options, .blocks = {}};
  const std::vector<RunSet> sets_a = sets_of(a, options.across_envelopes);
  const std::vector<RunSet> sets_b = sets_of(b, options.across_envelopes);
  const std::vector<SetPair> pairs = pairs_of(sets_a, sets_b, options.across_envelopes);
  std::size_t comparable = 0;
  for (const SetPair& pair : pairs) {
    comparison.blocks.push_back(block_of(pair));
    set_reasons(comparison.blocks.back(), pair, options.across_envelopes);
    comparable += comparison.blocks.back().reasons.empty() ? 1U : 0U;
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (comparison.blocks[i].reasons.empty()) {
      judge(comparison.blocks[i], pairs[i], options.margin,
            RunComparison::kError / static_cast<double>(std::max<std::size_t>(1, comparable)));
    }
  }
  return comparison;
}

}  // namespace assay
