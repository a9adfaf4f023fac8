#include "lab/workbench/serve_flags.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_adder.hpp"
#include "lab/command_flags.hpp"
#include "lab/workbench/serve_command.hpp"

namespace assay {

void add_lab_serve(CommandAdder& adder, CLI::App* lab) {
  const auto options = std::make_shared<ServeCommandOptions>();
  CLI::App* const sub = adder.add(
      "serve", "the lab in a browser: a page that only this machine and you can reach",
      [options] { return serve_command(*options); }, lab);
  sub->add_option("--track", options->track, "whose lab the page opens: cloud, edge, mobile or tiny (default: it asks)")
      ->type_name("TRACK");
  sub->add_option("--port", options->port, "listen on this port of 127.0.0.1 (default: any that is free)")
      ->type_name("N");
  sub->add_option("--unix", options->socket_path, "listen on a socket of this name, for its owner only, and on no port")
      ->type_name("PATH");
  sub->add_flag("--no-open", options->no_open, "print the address and open no browser");
  sub->add_option("--nonce", options->nonce,
                  "a word of the instructor's, copied into every lock of labs that begin here")
      ->type_name("WORD");
  sub->add_option("--duration", options->duration, "of each run of labs that begin here, to try the flow out")
      ->type_name("T");
  add_console(sub, options->console);
}

}  // namespace assay
