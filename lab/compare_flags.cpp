#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_adder.hpp"
#include "lab/command_flags.hpp"
#include "lab/compare_command.hpp"

namespace assay {

void add_compare_command(CommandAdder& adder) {
  const auto options = std::make_shared<CompareCommandOptions>();
  CLI::App* sub = adder.add("compare", "two sets of repeats of one workload: SAME, FASTER, SLOWER, AMBIGUOUS",
                            [options] { return compare_command(*options); });
  sub->add_option("a", options->a, "what B is measured against: a run file, a folder of them, or a bundle")
      ->required()
      ->type_name("RUN|DIR");
  sub->add_option("b", options->b, "the same of the other side")->required()->type_name("RUN|DIR");
  sub->add_option("--margin", options->margin, "what differs by less is the same (default: 3%)")->type_name("SHARE");
  sub->add_option("--fail-on", options->fail_on,
                  "exit 1 if one holds: slower, faster, different, ambiguous; each with a margin of its own if wanted, "
                  "e.g. slower:5%,ambiguous")
      ->type_name("LIST");
  sub->add_flag("--across-envelopes", options->across_envelopes,
                "compare runs whose clock was emulated in different ways; the verdict names both");
  add_json(sub, options->json);
  sub->add_option("--html", options->html, "one page that needs no network")->type_name("FILE");
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
