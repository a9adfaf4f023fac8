#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct AuditCommandOptions {
  ConsoleOptions console;
  std::vector<std::string> systems;  ///< bundles, or "datasheet:NAME"
  std::string claim = "2x";
  std::string axes = "throughput,p99,watts,price";
  std::vector<std::string> prices;  ///< "A=1200"
  std::vector<std::string> watts;   ///< "A=65"
  std::string dtype;
  std::string level;
  std::optional<double> intensity;
  std::optional<std::string> json;
  std::string page = "audit.html";  ///< "-": stdout instead of the text; empty: none
  std::string svg;                  ///< file for the comparative roofline; empty: none
};

/// `assay audit A B [C...]`: the comparative audit. Returns not_comparable where the verdict is withheld.
[[nodiscard]] ExitCode audit_command(const AuditCommandOptions& options);

void add_audit_command(CommandAdder& commands);

}  // namespace assay
