#include "lab/flow/shipped_flows.hpp"

#include <array>

#include "lab/flow/flow_definition.hpp"

namespace assay {
namespace {

constexpr std::array<ShippedFile, 4> kShipped{
    {{"cloud", cloud_flow_toml}, {"edge", edge_flow_toml}, {"mobile", mobile_flow_toml}, {"tiny", tiny_flow_toml}}};

}  // namespace

std::vector<std::string> shipped_flow_names() { return shipped_file_names(kShipped); }

NamedText find_flow(const std::string& text) {
  return find_shipped_file(
      text, {.shipped = kShipped, .what = "lab", .most_bytes = kMostFlowBytes, .example = "share/labs/edge.toml"});
}

}  // namespace assay
