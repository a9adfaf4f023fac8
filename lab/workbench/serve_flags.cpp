#include "lab/workbench/serve_flags.hpp"

#include <CLI/CLI.hpp>

#include "lab/command_flags.hpp"

namespace assay {

std::shared_ptr<ServeCommandOptions> add_serve_flags(CLI::App* lab) {
  auto options = std::make_shared<ServeCommandOptions>();
  lab->add_option("--track", options->track, "whose lab the page opens: cloud, edge, mobile or tiny (default: it asks)")
      ->type_name("TRACK");
  lab->add_option("--port", options->port, "listen on this port of 127.0.0.1 (default: any that is free)")
      ->type_name("N");
  lab->add_option("--unix", options->socket_path, "listen on a socket of this name, for its owner only, and on no port")
      ->type_name("PATH");
  lab->add_flag("--no-open", options->no_open, "print the address and open no browser");
  lab->add_option("--nonce", options->nonce,
                  "a word of the instructor's, copied into every lock of labs that begin here")
      ->type_name("WORD");
  lab->add_option("--duration", options->duration, "of each run of labs that begin here, to try the flow out")
      ->type_name("T");
  add_observer(lab, options->observer);
  add_console(lab, options->console);
  return options;
}

}  // namespace assay
