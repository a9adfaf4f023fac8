#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/buffer.hpp"
#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

enum class Pages { huge, small };
[[nodiscard]] constexpr std::string_view name_of(Pages pages) { return pages == Pages::huge ? "huge" : "small"; }

/// What a stream kernel writes and what it reads.
struct StreamZones {
  Bytes destination;
  Bytes sources;
};

/// The larger of each zone: memory that serves the kernels of both.
[[nodiscard]] StreamZones covering(StreamZones a, StreamZones b);

/// Memory that the stream kernels of one thread share, so that dozens of them fit one machine. Every kernel writes only
/// the destination zone and reads only the sources: sources never change, values neither grow nor decay over any number
/// of passes, and each kernel's output can be checked whatever ran before it.
///
/// Construct it anywhere; fill() must be called by the thread that will use it, which thereby touches its pages first.
/// One thread at a time. Move-only.
class StreamMemory {
 public:
  /// With huge pages each zone takes whole 2 MiB. Throws as Buffer does.
  StreamMemory(StreamZones zones, Pages pages, std::optional<int> numa_node = {});

  /// Fills the sources from `seed` alone, and the destination with zeros; nothing if that is what they hold already.
  /// Each 8 bytes of the sources are one double in [1, 2) and also two floats in [1, 2): both types share one memory,
  /// and neither meets a denormal number.
  void fill(std::uint64_t seed);

  [[nodiscard]] StreamZones zones() const { return zones_; }
  [[nodiscard]] Pages pages() const { return pages_; }

  template <class T>
  [[nodiscard]] std::span<T> destination() const {
    return destination_.as<T>().first(zones_.destination.count / sizeof(T));
  }

  /// The `index`-th of several source arrays of `size` each. The destination and the arrays start on different parts of
  /// a page. Throws std::out_of_range if the sources are smaller than sources_for(index + 1, size).
  template <class T>
  [[nodiscard]] std::span<const T> source(std::size_t index, Bytes size) const {
    check_sources(index + 1, size);
    return sources_.as<const T>().subspan(source_offset(index, size) / sizeof(T), size.count / sizeof(T));
  }

  /// Size of a source zone that holds `arrays` arrays of `size` each.
  [[nodiscard]] static Bytes sources_for(std::size_t arrays, Bytes size);

  /// What both zones take.
  [[nodiscard]] static Bytes total(StreamZones zones, Pages pages);

  /// "134217728 of 134217728 bytes", or why it is not known: what the system really gave, for the reader.
  [[nodiscard]] std::string huge_pages_text() const;

  /// The node that was asked for, or why the system did not take the wish.
  [[nodiscard]] const Reading<int>& numa_node() const { return sources_.numa_node(); }

 private:
  [[nodiscard]] static std::size_t source_offset(std::size_t index, Bytes size);
  void check_sources(std::size_t arrays, Bytes size) const;

  StreamZones zones_;
  Pages pages_;
  Buffer destination_;
  Buffer sources_;
  std::optional<std::uint64_t> seed_;
};

}  // namespace assay
