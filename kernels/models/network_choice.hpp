#pragma once

#include <map>
#include <string>
#include <string_view>

#include "kernels/models/network_executor.hpp"

namespace assay {

/// The library for a network and what a kernel says of it.
struct NetworkLibraryChoice {
  const NetworkLibrary* library = nullptr;
  std::map<std::string, std::string> facts;  ///< "implementation", and after a race "choice" and "not_in_choice"
};

/// library: of network_libraries(), or "auto" for the one that computes one image of this network fastest: timed when
/// it is first asked, which takes the memory of all of them. Throws std::invalid_argument with the reason if the
/// library is not here.
[[nodiscard]] NetworkLibraryChoice choose_network_library(const Network& network, NetworkType type,
                                                          std::string_view library);

}  // namespace assay
