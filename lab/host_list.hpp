#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

inline constexpr std::size_t kMostHosts = 10'000;

/// The names of a host list as Slurm, pdsh and ClusterShell write them: "n[01-24,30],login". Leading zeros are kept, a
/// name that comes twice counts once. A name consists of letters, digits, '-', '_' and '.', and begins with a letter or
/// a digit, so that it can stand in a command line as it is. Throws std::invalid_argument with one line that quotes the
/// list and says what is accepted; also for more than kMostHosts.
[[nodiscard]] std::vector<std::string> expand_hosts(std::string_view list);

}  // namespace assay
