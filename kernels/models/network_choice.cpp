#include "kernels/models/network_choice.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/library_race.hpp"

namespace assay {
namespace {

/// What the entrants of a race share.
struct Subject {
  Subject(const Network& given, NetworkType type)
      : network(given), weights(network, type, 1), image(network.tensor_bytes(0, type).count) {
    if (type == NetworkType::i8) {
      fill_image(std::span(reinterpret_cast<std::uint8_t*>(image.data()), image.span().size()), 1, 0);
    } else {
      fill_image(std::span(reinterpret_cast<float*>(image.data()), image.span().size() / sizeof(float)), 1, 0);
    }
  }
  Network network;
  NetworkWeights weights;
  Array<std::byte> image;
};

std::vector<RaceEntrant> entrants_of(const Network& network, NetworkType type) {
  const auto subject = std::make_shared<Subject>(network, type);
  std::vector<RaceEntrant> entrants;
  for (const NetworkLibrary& library : network_libraries()) {
    if (!library.offer(type)) {
      continue;
    }
    const std::shared_ptr<NetworkExecutor> executor =
        library.executor({.network = subject->network, .weights = subject->weights, .max_batch = 1});
    entrants.push_back({std::string(library.name), [subject, executor](std::uint64_t iterations) {
                          const void* const image = subject->image.data();
                          for (std::uint64_t i = 0; i < iterations; ++i) {
                            executor->run({&image, 1});
                          }
                        }});
  }
  return entrants;
}

}  // namespace

NetworkLibraryChoice choose_network_library(const Network& network, NetworkType type, std::string_view library) {
  NetworkLibraryChoice chosen;
  if (library == "auto") {
    const auto subject = fmt::format("{} {} {}", network.name, name_of(type), network.macs());
    const LibraryChoice choice =
        choose_library(subject, network.work(), type == NetworkType::i8 ? WorkUnit::integer_operation : WorkUnit::flop,
                       [&] { return entrants_of(network, type); });
    chosen.library = &network_library(choice.library);
    chosen.facts["choice"] = choice.figures;
    for (const NetworkLibrary& other : network_libraries()) {
      if (const Reading<std::string> offer = other.offer(type); !offer) {
        std::string& reasons = chosen.facts["not_in_choice"];
        reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", other.name, offer.reason());
      }
    }
  } else {
    chosen.library = &network_library(library);
  }
  const Reading<std::string> offer = chosen.library->offer(type);
  if (!offer) {
    throw std::invalid_argument(
        fmt::format("{}: library={} cannot be had: {}{}; library=auto takes the fastest that is "
                    "here",
                    network.name, library, offer.reason(),
                    chosen.library->package.empty() ? "" : fmt::format(" (package {})", chosen.library->package)));
  }
  chosen.facts["implementation"] = *offer;
  return chosen;
}

}  // namespace assay
