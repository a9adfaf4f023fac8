#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "harness/decimal_text.hpp"
#include "scenarios/track_definition.hpp"

namespace assay {
namespace {

struct ShippedTrack {
  std::string_view name;
  std::string_view (*text)();
};

constexpr std::array<ShippedTrack, 4> kShipped{
    {{"cloud", cloud_track_toml}, {"edge", edge_track_toml}, {"mobile", mobile_track_toml}, {"tiny", tiny_track_toml}}};

TrackDefinition read_track(const std::string& file) {
  // A pipe would wait for somebody to write to it, and a device has no end.
  if (std::error_code error; !std::filesystem::is_regular_file(file, error)) {
    throw std::runtime_error(fmt::format("{}: is no regular file; name a file such as share/tracks/edge.toml",
                                         quoted(std::string_view(file))));
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostTrackBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (in.bad() || (text.empty() && !in.eof())) {
    throw std::runtime_error(fmt::format("{}: cannot be read; name a file such as share/tracks/edge.toml", file));
  }
  return track_from_toml(text, file);
}

}  // namespace

std::vector<std::string> shipped_track_names() {
  std::vector<std::string> names;
  names.reserve(std::size(kShipped));
  for (const ShippedTrack& shipped : kShipped) {
    names.emplace_back(shipped.name);
  }
  return names;
}

TrackDefinition find_track(const std::string& text) {
  std::error_code error;
  const auto status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    return read_track(text);
  }
  const auto shipped = std::ranges::find(kShipped, text, &ShippedTrack::name);
  if (shipped == kShipped.end()) {
    throw std::invalid_argument(fmt::format("{} is no file and no track of that name comes with the program: {}",
                                            quoted(std::string_view(text)), fmt::join(shipped_track_names(), ", ")));
  }
  return track_from_toml(shipped->text(), fmt::format("{}.toml", shipped->name));
}

}  // namespace assay
