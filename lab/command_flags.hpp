#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// The group of the flags that are for programs first.
inline constexpr const char* kMeasuringProcessGroup = "Measuring process";

// Flags that several commands share. Each sets its part of a command's options, which must outlive the parsing.

void add_console(CLI::App* sub, ConsoleOptions& console);
void add_json(CLI::App* sub, std::optional<std::string>& json);
void add_measurement(CLI::App* sub, MeasurementOptions& measurement);

/// Adds --observer, a name of observer_names(); empty where it is not given.
void add_observer(CLI::App* sub, std::string& observer);

/// The flags that say what is measured, from their table; `left_out` are decided by the command itself.
void add_run_flags(CLI::App* sub, RunOptions& run, const std::vector<std::string_view>& left_out = {});

}  // namespace assay
