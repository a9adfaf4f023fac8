#pragma once

#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/command_flags.hpp"
#include "lab/console.hpp"

namespace assay {

/// `assay explain TERM`; without a term all of them. With --floors the arithmetic of a decoder on a device,
/// with --ladder what levers of serving it are predicted to do there.
struct ExplainCommandOptions {
  ConsoleOptions console;
  std::string term;
  std::vector<std::string> floors;  ///< model and device; empty: a term
  std::vector<std::string> ladder;  ///< model and device; empty: no ladder
  std::string roofline;             ///< file of measured ceilings, for device `this`
};
[[nodiscard]] ExitCode explain_command(const ExplainCommandOptions& options);

/// The flags of `assay explain`. `options` must outlive the parsing.
void add_explain_flags(CLI::App& sub, ExplainCommandOptions& options);

}  // namespace assay
