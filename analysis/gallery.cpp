#include "analysis/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/natural_order.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {

namespace {

constexpr std::size_t kMostFigures = 64;  ///< of a group; a suite has a dozen

/// Bundles of one key should give the same figures.
using GroupKey = std::tuple<std::string, std::string, SystemKind, std::string>;

GroupKey key_of(const BundleSummary& summary) {
  return {summary.identity.machine_class, summary.suite_sha256, summary.system, summary.limits};
}

/// Entries of different bundles with equal keys measured the same thing.
using FigureKey = std::tuple<std::string, std::string, std::string, std::string, std::string>;

FigureKey key_of(const BundleEntry& entry, const EntryFigure& figure) {
  return {entry.kind, entry.step, entry.comparability_key, figure.name, figure.unit};
}

std::string title_of(const BundleEntry& entry, const EntryFigure& figure) {
  return entry.kind == "run" ? fmt::format("{}: {}", entry.step, figure.name) : figure.name;
}

void sort_by_label(std::vector<GalleryNode>& nodes) {
  std::ranges::stable_sort(nodes, [](const GalleryNode& a, const GalleryNode& b) {
    return natural_less(a.bundle.summary.identity.label, b.bundle.summary.identity.label);
  });
}

/// Of each machine the newest bundle that no other replaces.
std::vector<GalleryNode> newest_of_each(std::vector<FoundBundle> bundles) {
  sort_oldest_first(bundles);
  std::map<std::pair<std::string, std::string>, GalleryNode> newest;
  for (FoundBundle& bundle : bundles) {
    const auto machine = std::pair{bundle.summary.identity.label, bundle.summary.identity.id};
    const auto known = newest.find(machine);
    const std::size_t older = known == newest.end() ? 0 : known->second.older + 1;
    newest.insert_or_assign(machine, GalleryNode{.bundle = std::move(bundle), .older = older});
  }
  std::vector<GalleryNode> nodes;
  nodes.reserve(newest.size());
  for (auto& [machine, node] : newest) {
    nodes.push_back(std::move(node));
  }
  sort_by_label(nodes);
  return nodes;
}

/// What the repeats of one figure on one machine say.
struct Repeats {
  std::vector<EstimateRecord> valid;
  std::vector<EstimateRecord> invalid;
  std::string invalid_code;
};

/// The finite points, ascending.
std::vector<double> points_of(const std::vector<EstimateRecord>& estimates) {
  std::vector<double> points;
  for (const EstimateRecord& estimate : estimates) {
    if (estimate.point && std::isfinite(*estimate.point)) {
      points.push_back(*estimate.point);
    }
  }
  std::ranges::sort(points);
  return points;
}

std::vector<double> points_of(const GalleryFigure& figure) {
  std::vector<EstimateRecord> estimates;
  for (const GalleryValue& value : figure.values) {
    estimates.push_back(value.estimate);
  }
  return points_of(estimates);
}

/// Of ascending values.
std::optional<double> median_of(const std::vector<double>& points) {
  if (points.empty()) {
    return std::nullopt;
  }
  const std::size_t half = points.size() / 2;
  return points.size() % 2 == 1 ? points[half] : 0.5 * (points[half - 1] + points[half]);
}

EstimateRecord summary_of(const std::vector<EstimateRecord>& repeats) {
  const std::vector<double> points = points_of(repeats);
  if (repeats.size() == 1 || points.empty()) {
    return repeats.empty() ? EstimateRecord{} : repeats.front();
  }
  EstimateRecord all{.point = median_of(points)};
  if (points.size() == 1) {
    all.reason = "one repeat of several has this figure";
    return all;
  }
  all.lower = points.front();
  all.upper = points.back();
  all.reason = fmt::format("median and range of {} repeats", points.size());
  return all;
}

GalleryValue value_of(const Repeats& repeats) {
  GalleryValue value{.estimate = summary_of(repeats.valid.empty() ? repeats.invalid : repeats.valid),
                     .repeats = repeats.valid.size(),
                     .invalid = repeats.invalid.size(),
                     .invalid_code = repeats.invalid_code,
                     .comparison = {}};
  return value;
}

class Group {
 public:
  explicit Group(std::vector<FoundBundle> bundles) { group_.nodes = newest_of_each(std::move(bundles)); }

  GalleryGroup make() {
    describe();
    collect();
    for (GalleryFigure& figure : group_.figures) {
      compare(figure);
    }
    std::ranges::stable_sort(outliers_, std::ranges::greater{}, &std::pair<double, std::string>::first);
    for (auto& [size, sentence] : outliers_) {
      group_.outliers.push_back(std::move(sentence));
    }
    note_siblings();
    return std::move(group_);
  }

 private:
  [[nodiscard]] const BundleSummary& summary(std::size_t node) const { return group_.nodes[node].bundle.summary; }

  void describe() {
    const BundleSummary& first = summary(0);
    group_.title = first.machine;
    group_.subject = fmt::format("suite {}", first.suite);
    if (first.system != SystemKind::measured) {
      group_.subject += fmt::format(", {} {}", name_of(first.system), first.limits);
    }
    std::set<std::string> tools;
    std::set<std::string> machines;
    for (const GalleryNode& node : group_.nodes) {
      tools.insert(node.bundle.summary.tool);
      machines.insert(node.bundle.summary.machine);
    }
    if (tools.size() > 1) {
      group_.notes.push_back(
          fmt::format("these were measured by different builds of assay: {}", fmt::join(tools, ", ")));
    }
    if (machines.size() > 1) {
      group_.notes.push_back(fmt::format("of one class, and yet described as: {}", fmt::join(machines, "; ")));
    }
  }

  /// The figures in the order of the first bundle that has them.
  void collect() {
    std::map<FigureKey, std::size_t> places;
    std::vector<std::vector<Repeats>> repeats;
    for (std::size_t i = 0; i < group_.nodes.size(); ++i) {
      for (const BundleEntry& entry : summary(i).entries) {
        for (const EntryFigure& figure : entry.figures) {
          FigureKey key = key_of(entry, figure);
          if (places.size() == kMostFigures && !places.contains(key)) {
            has_more_figures_ = true;
            continue;
          }
          const auto [place, is_new] = places.try_emplace(std::move(key), group_.figures.size());
          if (is_new) {
            group_.figures.push_back(
                {.title = title_of(entry, figure), .unit = figure.unit, .median = {}, .values = {}});
            repeats.emplace_back(group_.nodes.size());
          }
          add(repeats[place->second][i], entry, figure.estimate);
        }
      }
    }
    for (std::size_t figure = 0; figure < repeats.size(); ++figure) {
      std::ranges::transform(repeats[figure], std::back_inserter(group_.figures[figure].values), value_of);
    }
  }

  static void add(Repeats& repeats, const BundleEntry& entry, const EstimateRecord& estimate) {
    if (entry.valid && !entry.interrupted) {
      repeats.valid.push_back(estimate);
      return;
    }
    repeats.invalid.push_back(estimate);
    if (repeats.invalid_code.empty()) {
      repeats.invalid_code = entry.invalid_codes.empty() ? "interrupted" : entry.invalid_codes.front();
    }
  }

  [[nodiscard]] bool takes_part(std::size_t node, const GalleryValue& value) const {
    return value.repeats > 0 && value.estimate.point && std::isfinite(*value.estimate.point) &&
           summary(node).hash_matches;
  }

  void compare(GalleryFigure& figure) {
    std::vector<EstimateRecord> estimates;
    std::vector<std::size_t> nodes;
    for (std::size_t i = 0; i < figure.values.size(); ++i) {
      if (takes_part(i, figure.values[i])) {
        estimates.push_back(figure.values[i].estimate);
        nodes.push_back(i);
      }
    }
    if (estimates.size() <= kFewestSiblings) {
      ++figures_without_siblings_;
    }
    figure.median = median_of(estimates.empty() ? points_of(figure) : points_of(estimates));
    const std::vector<SiblingComparison> comparisons = compare_siblings(estimates);
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      GalleryValue& value = figure.values[nodes[k]];
      value.comparison = comparisons[k];
      if (value.comparison->stands_out) {
        outliers_.emplace_back(std::abs(*value.comparison->difference.point), sentence(figure, nodes[k], value));
      }
    }
  }

  [[nodiscard]] std::string sentence(const GalleryFigure& figure, std::size_t node, const GalleryValue& value) const {
    const EstimateRecord& difference = value.comparison->difference;
    const double sign = *difference.point < 0.0 ? -1.0 : 1.0;
    std::string share = fmt::format("{:.1f} %", 100.0 * sign * *difference.point);
    if (difference.lower && difference.upper) {
      const auto [least, most] = std::minmax({sign * *difference.lower, sign * *difference.upper});
      share += fmt::format(" [{:.1f}, {:.1f}]", 100.0 * least, 100.0 * most);
    }
    return fmt::format("{}: {} {} {} its {} identical siblings ({} against a median of {}; they differ by {:.2g} %)",
                       summary(node).identity.label, figure.title, share, sign < 0.0 ? "below" : "above",
                       value.comparison->siblings,
                       figure_text({.point = value.estimate.point}, figure.unit, Charset::utf8),
                       figure_text({.point = value.comparison->median}, figure.unit, Charset::utf8),
                       100.0 * value.comparison->deviation / std::abs(value.comparison->median));
  }

  void note_siblings() {
    if (has_more_figures_) {
      group_.notes.push_back(fmt::format("the first {} figures are shown; there are more", kMostFigures));
    }
    if (group_.figures.empty()) {
      group_.notes.emplace_back("no figure is in these bundles");
    } else if (figures_without_siblings_ == group_.figures.size()) {
      group_.notes.push_back(fmt::format(
          "no machine is called an outlier here: that takes {} siblings, and there {} {} with VALID figures",
          kFewestSiblings, group_.nodes.size() == 1 ? "is" : "are", group_.nodes.size()));
    } else if (figures_without_siblings_ > 0) {
      group_.notes.push_back(
          fmt::format("{} of {} figures have fewer than {} siblings: nothing is said of outliers there",
                      figures_without_siblings_, group_.figures.size(), kFewestSiblings));
    }
  }

  GalleryGroup group_;
  std::vector<std::pair<double, std::string>> outliers_;
  std::size_t figures_without_siblings_ = 0;
  bool has_more_figures_ = false;
};

/// One identity under two labels is one machine measured twice, or a cloned installation; one label on two identities
/// is a name given twice.
std::vector<std::string> identity_warnings(const std::vector<FoundBundle>& bundles) {
  std::map<std::string, std::set<std::string>> labels;
  std::map<std::string, std::set<std::string>> ids;
  for (const FoundBundle& bundle : bundles) {
    const MachineIdentity& identity = bundle.summary.identity;
    labels[identity.id].insert(identity.label);
    ids[identity.label].insert(identity.id);
  }
  std::vector<std::string> warnings;
  for (const auto& [id, names] : labels) {
    if (names.size() > 1) {
      warnings.push_back(
          fmt::format("one machine identity ({}) under {} labels: {}. Either one machine was measured under "
                      "several names, or an installation was copied with its settings",
                      id, names.size(), fmt::join(names, ", ")));
    }
  }
  for (const auto& [label, machines] : ids) {
    if (machines.size() > 1) {
      warnings.push_back(fmt::format("{} machines are called {}: name them apart (assay machine name, or --label)",
                                     machines.size(), label));
    }
  }
  return warnings;
}

}  // namespace

void sort_oldest_first(std::vector<FoundBundle>& bundles) {
  std::set<std::string> superseded;
  for (const FoundBundle& bundle : bundles) {
    if (bundle.summary.supersedes != bundle.summary.id) {
      superseded.insert(bundle.summary.supersedes);
    }
  }
  const auto order = [&superseded](const FoundBundle& one) {
    return std::tuple{!superseded.contains(one.summary.id), one.summary.created, one.summary.id};  // ids sort by time
  };
  std::ranges::stable_sort(bundles, {}, order);
}

std::string figure_text(const EstimateRecord& estimate, const std::string& unit, Charset charset) {
  if (!estimate.point) {
    return estimate.reason.empty() ? "not available" : estimate.reason;
  }
  if (unit.ends_with("/s") && !unit.starts_with("B") && !unit.starts_with("flop") && !unit.starts_with("op")) {
    return format_rate_estimate(estimate, unit, charset);
  }
  return ceiling_estimate_text(estimate, unit, charset);
}

std::string node_state(const GalleryNode& node) {
  const BundleSummary& summary = node.bundle.summary;
  if (!summary.hash_matches) {
    return "CHANGED";
  }
  if (std::ranges::any_of(summary.entries,
                          [](const BundleEntry& entry) { return !entry.valid && !entry.interrupted; })) {
    return "INVALID";
  }
  if (summary.interrupted) {
    return "INTERRUPTED";
  }
  return summary.sound() ? "VALID" : "INCOMPLETE";
}

std::vector<std::string> node_findings(const GalleryNode& node) {
  const BundleSummary& summary = node.bundle.summary;
  std::vector<std::string> findings;
  if (!summary.hash_matches) {
    findings.emplace_back("changed after it was written");
  }
  for (const BundleEntry& entry : summary.entries) {
    std::string finding;
    if (entry.interrupted) {
      finding = fmt::format("interrupted: {}", entry.step);
    } else if (!entry.valid) {
      finding = fmt::format("INVALID: {} ({})", entry.step, fmt::join(entry.invalid_codes, ", "));
    }
    if (!finding.empty() && std::ranges::find(findings, finding) == findings.end()) {
      findings.push_back(finding);  // once for all repeats
    }
  }
  for (const BundleGap& gap : summary.gaps) {
    findings.push_back(fmt::format("missing: {} ({})", gap.step, gap.reason));
  }
  if (!summary.complete && summary.gaps.empty()) {
    findings.emplace_back("incomplete");
  }
  return findings;
}

Gallery make_gallery(std::vector<FoundBundle> bundles, std::vector<RefusedBundle> refused) {
  Gallery gallery{.groups = {},
                  .warnings = identity_warnings(bundles),
                  .refused = std::move(refused),
                  .bundle_count = bundles.size()};
  std::set<std::pair<std::string, std::string>> machines;
  std::map<GroupKey, std::vector<FoundBundle>> sorted;
  for (FoundBundle& bundle : bundles) {
    machines.emplace(bundle.summary.identity.label, bundle.summary.identity.id);
    sorted[key_of(bundle.summary)].push_back(std::move(bundle));
  }
  gallery.machine_count = machines.size();
  for (auto& [key, members] : sorted) {
    gallery.groups.push_back(Group(std::move(members)).make());
  }
  std::ranges::stable_sort(gallery.groups, std::ranges::greater{},
                           [](const GalleryGroup& group) { return group.nodes.size(); });
  return gallery;
}

}  // namespace assay
