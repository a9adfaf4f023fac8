#include <nlohmann/json.hpp>

#include "analysis/gallery_html.hpp"
#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

ordered_json comparison_json(const std::optional<SiblingComparison>& comparison) {
  if (!comparison || !comparison->difference.point) {
    return nullptr;
  }
  return {{"siblings", comparison->siblings},
          {"median", json_number(comparison->median)},
          {"median_absolute_deviation", json_number(comparison->deviation)},
          {"limit", json_number(comparison->limit)},
          {"difference", estimate_json(comparison->difference, "_share")},
          {"stands_out", comparison->stands_out}};
}

ordered_json value_json(const GalleryNode& node, const GalleryValue& value) {
  return {{"label", node.bundle.summary.identity.label},
          {"present", value.present()},
          {"estimate", estimate_json(value.estimate, "")},
          {"valid_repeats", value.repeats},
          {"invalid_repeats", value.invalid},
          {"comparison", comparison_json(value.comparison)}};
}

ordered_json figure_json(const GalleryGroup& group, const GalleryFigure& figure) {
  ordered_json values = ordered_json::array();
  for (std::size_t i = 0; i < figure.values.size(); ++i) {
    values.push_back(value_json(group.nodes[i], figure.values[i]));
  }
  return {{"title", figure.title}, {"unit", figure.unit}, {"median", json_number(figure.median)}, {"values", values}};
}

ordered_json node_json(const GalleryNode& node) {
  const BundleSummary& summary = node.bundle.summary;
  return {{"label", summary.identity.label}, {"machine_id", summary.identity.id}, {"bundle", summary.id},
          {"place", node.bundle.place},      {"created", summary.created},        {"state", node_state(node)},
          {"findings", node_findings(node)}, {"older_bundles", node.older}};
}

ordered_json group_json(const GalleryGroup& group) {
  ordered_json nodes = ordered_json::array();
  for (const GalleryNode& node : group.nodes) {
    nodes.push_back(node_json(node));
  }
  ordered_json figures = ordered_json::array();
  for (const GalleryFigure& figure : group.figures) {
    figures.push_back(figure_json(group, figure));
  }
  return {{"machine", group.title}, {"subject", group.subject},   {"nodes", nodes},
          {"figures", figures},     {"outliers", group.outliers}, {"notes", group.notes}};
}

}  // namespace

std::string gallery_json(const Gallery& gallery) {
  ordered_json groups = ordered_json::array();
  for (const GalleryGroup& group : gallery.groups) {
    groups.push_back(group_json(group));
  }
  ordered_json refused = ordered_json::array();
  for (const RefusedBundle& one : gallery.refused) {
    refused.push_back({{"place", one.place}, {"reason", one.reason}});
  }
  const ordered_json json{{"schema", "assay/index/1"},
                          {"bundles", gallery.bundle_count},
                          {"machines", gallery.machine_count},
                          {"verdict", gallery_verdict(gallery)},
                          {"groups", groups},
                          {"warnings", gallery.warnings},
                          {"refused", refused}};
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace assay
