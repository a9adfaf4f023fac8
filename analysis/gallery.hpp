#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/bundle_summary.hpp"
#include "analysis/fleet_outliers.hpp"
#include "analysis/format.hpp"

namespace assay {

/// A bundle with the place where it was found.
struct FoundBundle {
  std::string place;  ///< of its folder, relative to what was searched
  BundleSummary summary;
};

/// A file that is no bundle, or cannot be read.
struct RefusedBundle {
  std::string place;
  std::string reason;
};

/// A figure of one machine of a group.
struct GalleryValue {
  EstimateRecord estimate;   ///< of several repeats: their median, with the range of all as lower and upper
  std::size_t repeats = 0;   ///< VALID ones; where there is none, the point is of an INVALID one
  std::size_t invalid = 0;   ///< INVALID or interrupted ones
  std::string invalid_code;  ///< of the first of these
  std::optional<SiblingComparison> comparison;  ///< absent: not part of the comparison

  [[nodiscard]] bool present() const { return repeats + invalid > 0; }
};

/// One figure of all machines of a group.
struct GalleryFigure {
  std::string title;  ///< "memory bandwidth, 2 threads", "server: completed samples per second within the window"
  std::string unit;
  std::optional<double> median;      ///< of those that are compared; where none is, of all
  std::vector<GalleryValue> values;  ///< one for each node of the group
};

struct GalleryNode {
  FoundBundle bundle;     ///< the newest of this machine
  std::size_t older = 0;  ///< bundles that it replaces or follows
};

/// Machines of one shape that ran one suite under the same limits: these should give the same.
struct GalleryGroup {
  std::string title;               ///< what the machines are
  std::string subject;             ///< "suite edge", "suite edge, envelope narrow (cpus=0)"
  std::vector<GalleryNode> nodes;  ///< by label, numbers by their value
  std::vector<GalleryFigure> figures;
  std::vector<std::string> outliers;  ///< one sentence each, the largest difference first
  std::vector<std::string> notes;     ///< too few siblings, builds that differ
};

struct Gallery {
  std::vector<GalleryGroup> groups;   ///< the largest first
  std::vector<std::string> warnings;  ///< identities that cannot be right
  std::vector<RefusedBundle> refused;
  std::size_t bundle_count = 0;
  std::size_t machine_count = 0;  ///< by label and id
};

/// Sorts bundles into groups and compares siblings. INVALID, interrupted and changed results are kept, marked, and part
/// of no comparison.
[[nodiscard]] Gallery make_gallery(std::vector<FoundBundle> bundles, std::vector<RefusedBundle> refused);

/// By time, after those that another replaces.
void sort_oldest_first(std::vector<FoundBundle>& bundles);

/// "20.1 GB/s [19.9, 20.3]", "799 samples/s"; the reason where there is no point.
[[nodiscard]] std::string figure_text(const EstimateRecord& estimate, const std::string& unit, Charset charset);

/// "VALID", or the worst that is to be said in one word: "CHANGED", "INVALID", "INTERRUPTED", "INCOMPLETE".
[[nodiscard]] std::string node_state(const GalleryNode& node);

/// "2 machines stand out; 3 of 40 are not VALID; 1 file was not read."
[[nodiscard]] std::string gallery_verdict(const Gallery& gallery);

/// What is to be said of a node beside its figures: "INVALID: server (background_load)", "missing: soak (…)",
/// "interrupted", "changed after it was written". Empty: nothing.
[[nodiscard]] std::vector<std::string> node_findings(const GalleryNode& node);

}  // namespace assay
