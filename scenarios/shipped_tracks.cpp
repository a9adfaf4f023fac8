#include <array>

#include "scenarios/shipped_file.hpp"
#include "scenarios/track_definition.hpp"

namespace assay {
namespace {

constexpr std::array<ShippedFile, 4> kShippedTracks{
    {{"cloud", cloud_track_toml}, {"edge", edge_track_toml}, {"mobile", mobile_track_toml}, {"tiny", tiny_track_toml}}};

}  // namespace

std::vector<std::string> shipped_track_names() { return shipped_file_names(kShippedTracks); }

TrackDefinition find_track(const std::string& text) {
  const NamedText found = find_shipped_file(
      text,
      {.shipped = kShippedTracks, .what = "track", .most_bytes = kMostTrackBytes, .example = "share/tracks/edge.toml"});
  return track_from_toml(found.text, found.name);
}

}  // namespace assay
