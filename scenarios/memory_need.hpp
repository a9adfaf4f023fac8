#pragma once

#include <optional>
#include <string>

#include "harness/file_source.hpp"
#include "harness/units.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Memory that a run is certain to write: the workers' operands, and a record for each query that is planned
/// beforehand (Server, Offline). The other scenarios use what they need as they go.
[[nodiscard]] Bytes memory_need(const TestSettings& settings, Bytes per_worker, std::size_t worker_count);

/// What the kernel calls available (MemAvailable); nothing where /proc/meminfo is hidden.
[[nodiscard]] std::optional<Bytes> memory_available(const FileSource& files);

/// One line with a remedy if `need` exceeds what is there; nothing if it fits or cannot be known.
[[nodiscard]] std::optional<std::string> memory_problem(Bytes need, const std::optional<Bytes>& available);

}  // namespace assay
