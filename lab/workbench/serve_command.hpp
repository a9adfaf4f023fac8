#pragma once

#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

/// `assay lab`: the lab in a browser, from a server on this machine.
struct ServeCommandOptions {
  ConsoleOptions console;
  std::string port;         ///< empty: any that is free
  std::string socket_path;  ///< a Unix socket instead of a port; empty: none
  std::string track;        ///< whose lab the page opens; empty: the page asks
  std::string nonce;        ///< of labs that begin here; may be empty
  std::string duration;     ///< of each run of labs that begin here; empty: as their flow has it
  std::string observer;     ///< of the runs; empty: as suits the machine
  bool no_open = false;     ///< open no browser
};

/// Serves the labs below assay-lab/ until SIGINT or SIGTERM. A measurement that runs then is interrupted, and what it
/// measured is kept.
[[nodiscard]] ExitCode serve_command(const ServeCommandOptions& options);

}  // namespace assay
