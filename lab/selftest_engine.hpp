#pragma once

#include <filesystem>
#include <string>

#include "analysis/selftest_record.hpp"
#include "lab/selftest_command.hpp"

namespace assay {

/// The self-test's record without its checks: who measured, where and with what. Throws CommandError (usage) for a bad
/// seed.
[[nodiscard]] SelftestRecord new_selftest(const SelftestCommandOptions& options);

/// The measuring process of `assay selftest`: makes all checks that one process can make, writes them into the folder
/// of the options, and says on the event descriptor what happens. Returns the exit code; errors are events.
[[nodiscard]] int run_selftest_engine(const SelftestCommandOptions& options, int events_descriptor);

}  // namespace assay
