#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/bundle_file.hpp"

namespace assay {

/// The newest bundle in `out` of the same suite, limits, machine, label and tool as `wanted`: what a suite can go on
/// with. One whose bundle.json cannot be read, or was changed, does not count.
[[nodiscard]] std::optional<LoadedBundle> find_earlier_bundle(const std::filesystem::path& out,
                                                              const BundleRecord& wanted);

/// Shows what a suite that was killed had measured on this machine: each hidden bundle in `out` that a process which is
/// gone left, and that `wanted` can go on with, becomes one that was interrupted. Returns where they are.
[[nodiscard]] std::vector<std::filesystem::path> show_abandoned_bundles(const std::filesystem::path& out,
                                                                        const BundleRecord& wanted);

/// Clears away what processes that were killed left in `out`, a folder of one maker at a time whose turn is held: each
/// hidden bundle becomes one that was interrupted; of one without a bundle.json the finished results are laid into
/// `out` and the rest goes. Only folders of this user under names that this program makes, whose lock nobody holds;
/// what cannot be read stays. Returns what can be seen now.
std::vector<std::filesystem::path> clear_abandoned_bundles(const std::filesystem::path& out);

/// A result with the bytes of its file.
struct FinishedResult {
  BundleEntry entry;
  std::string text;
};

/// The result of a step and repeat, if it is VALID, was not interrupted and its file is as the bundle says.
[[nodiscard]] std::optional<FinishedResult> finished_result(const LoadedBundle& bundle, std::string_view step,
                                                            std::uint64_t repeat);

}  // namespace assay
