#include "lab/fleet_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "analysis/natural_order.hpp"
#include "analysis/report_text.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostNamed = 12;  ///< nodes of one kind in a line

std::string name_of(NodeState state) {
  return state == NodeState::valid ? "valid" : state == NodeState::invalid ? "invalid" : "missing";
}

NodeStatus status_of(const GalleryNode& node) {
  const std::vector<std::string> findings = node_findings(node);
  NodeStatus status{.node = node.bundle.summary.identity.label,
                    .state = node.bundle.summary.sound() ? NodeState::valid : NodeState::invalid,
                    .word = node_state(node),
                    .reason = {},
                    .place = node.bundle.place};
  if (status.state == NodeState::invalid && !findings.empty()) {
    status.reason = findings.front();
    // "INVALID (single (background_load))" would say it twice.
    const std::string prefix = status.word + ": ";
    if (status.reason.starts_with(prefix)) {
      status.reason.erase(0, prefix.size());
    }
  }
  return status;
}

std::map<std::string, GalleryNode> newest_by_label(std::vector<FoundBundle> bundles) {
  sort_oldest_first(bundles);
  std::map<std::string, GalleryNode> newest;
  for (FoundBundle& bundle : bundles) {
    const std::string label = bundle.summary.identity.label;
    newest.insert_or_assign(label, GalleryNode{.bundle = std::move(bundle)});
  }
  return newest;
}

std::string named(const std::vector<std::string>& names) {
  if (names.size() <= kMostNamed) {
    return fmt::format("{}", fmt::join(names, ", "));
  }
  return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + kMostNamed, ", "),
                     names.size() - kMostNamed);
}

}  // namespace

std::size_t FleetStatus::count(NodeState state) const {
  return static_cast<std::size_t>(std::ranges::count(nodes, state, &NodeStatus::state));
}

FleetStatus fleet_status(std::vector<FoundBundle> bundles, std::vector<RefusedBundle> refused,
                         const std::vector<std::string>& expected, const std::string& suite_sha256) {
  FleetStatus status{
      .nodes = {}, .has_list = !expected.empty(), .not_asked = {}, .other_suite = {}, .refused = std::move(refused)};
  std::set<std::string> others;
  std::erase_if(bundles, [&](const FoundBundle& bundle) {
    const bool other = !suite_sha256.empty() && bundle.summary.suite_sha256 != suite_sha256;
    if (other) {
      others.insert(bundle.summary.identity.label);
    }
    return other;
  });
  std::map<std::string, GalleryNode> newest = newest_by_label(std::move(bundles));
  for (const std::string& label : others) {
    if (!newest.contains(label)) {
      status.other_suite.push_back(label);
    }
  }
  std::vector<std::string> labels = expected;
  for (const auto& [label, node] : newest) {
    if (expected.empty()) {
      labels.push_back(label);
    } else if (std::ranges::find(expected, label) == expected.end()) {
      status.not_asked.push_back(label);
    }
  }
  if (expected.empty()) {
    std::ranges::sort(labels, natural_less);
  }
  std::ranges::sort(status.not_asked, natural_less);
  for (const std::string& label : labels) {
    const auto found = newest.find(label);
    status.nodes.push_back(found == newest.end()
                               ? NodeStatus{.node = label, .word = "missing", .reason = {}, .place = {}}
                               : status_of(found->second));
  }
  return status;
}

std::string fleet_status_text(const FleetStatus& status, Charset charset) {
  const std::size_t all = status.nodes.size();
  const std::size_t missing = status.count(NodeState::missing);
  std::vector<std::string> parts{status.has_list ? fmt::format("{}/{} done", all - missing, all)
                                                 : fmt::format("{} done", all)};
  std::vector<std::string> absent;
  std::vector<std::string> invalid;
  for (const NodeStatus& node : status.nodes) {
    if (node.state == NodeState::missing) {
      absent.push_back(node.node);
    } else if (node.state == NodeState::invalid) {
      invalid.push_back(
          fmt::format("{} {}{}", node.node, node.word, node.reason.empty() ? "" : " (" + node.reason + ")"));
    }
  }
  if (!absent.empty()) {
    parts.push_back(named(absent) + " missing");
  }
  if (!invalid.empty()) {
    parts.push_back(named(invalid));
  }
  std::string text = printable_text(fmt::format("{}", fmt::join(parts, ", ")), charset) + "\n";
  if (!status.other_suite.empty()) {
    text += printable_text("only of another suite: " + named(status.other_suite), charset) + "\n";
  }
  if (!status.not_asked.empty()) {
    text += printable_text("not asked for: " + named(status.not_asked), charset) + "\n";
  }
  for (const RefusedBundle& refused : status.refused) {
    text += printable_text(fmt::format("not read: {}: {}", refused.place, refused.reason), charset) + "\n";
  }
  return text;
}

std::string fleet_status_json(const FleetStatus& status) {
  ordered_json nodes = ordered_json::array();
  for (const NodeStatus& node : status.nodes) {
    nodes.push_back({{"node", node.node},
                     {"state", name_of(node.state)},
                     {"word", node.word},
                     {"reason", node.reason.empty() ? ordered_json(nullptr) : ordered_json(node.reason)},
                     {"place", node.place.empty() ? ordered_json(nullptr) : ordered_json(node.place)}});
  }
  ordered_json refused = ordered_json::array();
  for (const RefusedBundle& one : status.refused) {
    refused.push_back({{"place", one.place}, {"reason", one.reason}});
  }
  const ordered_json json{{"schema", "assay/fleet-status/1"},
                          {"asked", status.has_list},
                          {"valid", status.count(NodeState::valid)},
                          {"invalid", status.count(NodeState::invalid)},
                          {"missing", status.count(NodeState::missing)},
                          {"nodes", nodes},
                          {"not_asked", status.not_asked},
                          {"other_suite", status.other_suite},
                          {"refused", refused}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

ExitCode exit_code_of(const FleetStatus& status) {
  if (status.count(NodeState::missing) > 0 || !status.refused.empty()) {
    return ExitCode::file;
  }
  return status.count(NodeState::invalid) > 0 ? ExitCode::run_invalid : ExitCode::ok;
}

}  // namespace assay
