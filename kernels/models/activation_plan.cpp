#include "kernels/models/activation_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace assay {
namespace {

/// Tensors that share one place, and the layers between which it is taken.
struct Place {
  std::size_t size = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t offset = 0;
};

std::vector<std::size_t> last_uses(const Network& network) {
  std::vector<std::size_t> last(network.tensors.size(), 0);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    last[layer.input] = i;
    last[layer.output] = layer.is_head ? network.layers.size() : i;
    if (layer.added) {
      last[*layer.added] = i;
    }
  }
  return last;
}

/// The lowest offset at which `place` meets none of those that are taken at the same time.
std::size_t lowest_offset(const Place& place, std::vector<Place>& placed) {
  std::sort(placed.begin(), placed.end(), [](const Place& a, const Place& b) { return a.offset < b.offset; });
  std::size_t offset = 0;
  for (const Place& other : placed) {
    const bool at_once = place.first <= other.last && other.first <= place.last;
    if (at_once && offset < other.offset + other.size && other.offset < offset + place.size) {
      offset = other.offset + other.size;
    }
  }
  return offset;
}

}  // namespace

ActivationPlan plan_activations(const Network& network, std::span<const std::size_t> sizes) {
  constexpr std::size_t kLine = 64;
  const std::vector<std::size_t> last = last_uses(network);
  std::vector<std::size_t> place_of(network.tensors.size());
  std::vector<Place> places{{.size = (sizes[0] + kLine - 1) / kLine * kLine, .first = 0, .last = last[0]}};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const std::size_t size = (sizes[layer.output] + kLine - 1) / kLine * kLine;
    if (layer.added) {
      if (last[*layer.added] != i || places[place_of[*layer.added]].size != size) {
        throw std::invalid_argument(
            fmt::format("{}, layer {}: its sum cannot take the place of its shortcut", network.name, layer.name));
      }
      place_of[layer.output] = place_of[*layer.added];
      places[place_of[layer.output]].last = last[layer.output];
    } else {
      place_of[layer.output] = places.size();
      places.push_back({.size = size, .first = i, .last = last[layer.output]});
    }
  }
  // Large ones first: the small ones find room between them.
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return places[a].size > places[b].size; });
  std::vector<Place> placed;
  ActivationPlan plan;
  for (const std::size_t index : order) {
    places[index].offset = lowest_offset(places[index], placed);
    plan.bytes = std::max(plan.bytes, places[index].offset + places[index].size);
    placed.push_back(places[index]);
  }
  for (const std::size_t place : place_of) {
    plan.offsets.push_back(places[place].offset);
  }
  return plan;
}

}  // namespace assay
