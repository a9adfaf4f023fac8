#include "lab/selftest_flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/selftest_command.hpp"
#include "lab/selftest_engine.hpp"
#include "scenarios/selftest/selftest.hpp"

namespace assay {

void add_selftest_command(CommandAdder& adder) {
  const auto options = std::make_shared<SelftestCommandOptions>();
  const auto events_descriptor = std::make_shared<int>(-1);
  CLI::App* const sub = adder.add(
      "selftest", "the instrument against known truths, through the whole program (about 2 min)",
      [options, events_descriptor] {
        return *events_descriptor < 0 ? selftest_command(*options)
                                      : static_cast<ExitCode>(run_selftest_engine(*options, *events_descriptor));
      });
  sub->add_flag("--full", options->full, "a hundred runs of each system instead of twenty (about 10 min)")
      ->group("Length");
  sub->add_option("--seed", options->seed, "of all that is drawn (default: 1)")->type_name("N")->group("Length");
  sub->add_option("--only", options->only,
                  "one part of the table: " + fmt::format("{}", fmt::join(selftest_groups(), ", ")) +
                      "; it is shown and not kept")
      ->type_name("PART")
      ->check(CLI::IsMember(selftest_groups()))
      ->group("Length");
  sub->add_option("--events-fd", *events_descriptor, "be the measuring process: events go to this descriptor")
      ->type_name("FD")
      ->group("Measuring process");
  add_json(sub, options->json);
  add_measurement(sub, options->measurement);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
