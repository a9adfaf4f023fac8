#pragma once

#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/workbench/lab_desk.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// `assay lab serve`: the lab in a browser, from a server on this machine.
struct ServeCommandOptions {
  ConsoleOptions console;
  std::string port;         ///< empty: any that is free
  std::string socket_path;  ///< a Unix socket instead of a port; empty: none
  std::string track;        ///< whose lab the page opens; empty: the page asks
  bool no_open = false;     ///< open no browser
};

/// Serves until SIGINT or SIGTERM. A measurement that runs then is interrupted, and what it measured is kept.
[[nodiscard]] ExitCode serve_command(const ServeCommandOptions& options, LabDesk& desk);

/// --port, --unix and --no-open. `options` must outlive the parsing.
void add_serve_flags(CLI::App* sub, ServeCommandOptions& options);

}  // namespace assay
