#pragma once

#include <vector>

#include "analysis/shared_facts.hpp"

namespace assay {

/// What names this computer and who works at it: hostname, user, full name, home, working folder, MAC and IP addresses,
/// machine-id, serial numbers. What cannot be read here (serials belong to root) is named with the reason, as is what
/// names nobody ("root", "localhost").
[[nodiscard]] std::vector<OwnName> own_names();

}  // namespace assay
