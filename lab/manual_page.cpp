#include "lab/manual_page.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>

namespace assay {
namespace {

/// A text that roff prints as it is: a backslash begins an escape, a dash would become a hyphen, and a dot or a quote
/// at the beginning of a line a request.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string option_text(const CLI::Option& option) {
  const bool positional = option.get_positional();
  std::string names = positional ? option.get_name(true) : option.get_name(false, true);
  // "--json{-}" says what the flag stands for where no value is given.
  while (names.find('{') != std::string::npos) {
    names.erase(names.find('{'), names.find('}') - names.find('{') + 1);
  }
  const std::string type = option.get_type_name();
  if (!positional && option.get_items_expected_max() > 0 && !type.empty()) {
    names += " " + type;
  }
  return fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option.get_description()));
}

void add_command(const CLI::App& app, const std::string& path, std::string& text) {
  text += fmt::format(".SS {}\n{}\n", roff(path), roff(app.get_description()));
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty() && option != app.get_help_ptr()) {  // every command has its --help
      text += option_text(*option);
    }
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) {
      add_command(*sub, path + " " + sub->get_name(), text);
    }
  }
}

}  // namespace

std::string manual_page(const CLI::App& app, const std::string& version) {
  std::string text = fmt::format(
      ".TH ASSAY 1 \"\" \"assay {}\" \"User Commands\"\n"
      ".SH NAME\nassay \\- what a machine is really worth: sustained, under load, with its uncertainty\n"
      ".SH SYNOPSIS\n.B assay\n.I COMMAND\n[flags]\n"
      ".SH DESCRIPTION\n"
      "Sends queries in the four MLPerf scenarios to real compute and bandwidth kernels, counts every latency from the "
      "instant at which the query was meant to arrive, and reports percentiles with confidence intervals, a verdict "
      "VALID or INVALID with its reasons, and its own error beside the result.\n"
      ".PP\nA first look:\n.B assay tour\n.PP\nA word that the program prints:\n.B assay explain WORD\n"
      ".SH COMMANDS\n",
      roff(version));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) {
      add_command(*sub, sub->get_name(), text);
    }
  }
  text +=
      ".SH EXIT STATUS\n"
      ".TP\n.B 0\nok\n.TP\n.B 1\na condition of \\-\\-fail\\-on holds\n.TP\n.B 2\nusage: one line names the flag and "
      "what "
      "it accepts\n.TP\n.B 3\nthe run is INVALID, or there is none\n.TP\n.B 4\nrefused: somebody else measures here, "
      "or the "
      "machine is not fit\n.TP\n.B 5\ninput or output: a bad file, a full disk, a closed stdout\n.TP\n.B 6\nnot "
      "comparable\n"
      ".TP\n.B 130\ninterrupted; what was measured is kept\n"
      ".SH FILES\n.TP\n.I assay\\-results/\nresults, each written once and whole\n.TP\n.I assay\\-lab/\nthe labs of "
      ".B assay lab\n.TP\n.I $TMPDIR/assay.lock\nmakes one measurement at a time\n"
      ".SH SEE ALSO\nhttps://github.com/mlcommons/inference (LoadGen, whose scenarios these are), "
      ".BR likwid\\-bench (1), .BR stress\\-ng (1)\n";
  return text;
}

}  // namespace assay
