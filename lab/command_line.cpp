#include "lab/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "lab/audit_command.hpp"
#include "lab/bench_command.hpp"
#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/command_flags.hpp"
#include "lab/compare_command.hpp"
#include "lab/compliance_flags.hpp"
#include "lab/document_commands.hpp"
#include "lab/engine.hpp"
#include "lab/explain_command.hpp"
#include "lab/file_commands.hpp"
#include "lab/fleet_command.hpp"
#include "lab/gpu_injector_command.hpp"
#include "lab/info_commands.hpp"
#include "lab/lab_command.hpp"
#include "lab/peak_command.hpp"
#include "lab/real_world_command.hpp"
#include "lab/report_command.hpp"
#include "lab/roofline_command.hpp"
#include "lab/roofline_engine.hpp"
#include "lab/roofline_flags.hpp"
#include "lab/run_command.hpp"
#include "lab/selftest_flags.hpp"
#include "lab/soak_command.hpp"
#include "lab/standard_descriptors.hpp"
#include "lab/suite_command.hpp"
#include "lab/tail_command.hpp"
#include "lab/tail_flags.hpp"
#include "lab/terminal_text.hpp"
#include "lab/tour_command.hpp"
#include "lab/tour_flags.hpp"
#include "lab/track_command.hpp"
#include "lab/try_flags.hpp"
#include "lab/usage_message.hpp"

namespace assay {

namespace {

/// The command line as CLI11 sees it; `action` is what the chosen command does.
class CommandLine {
 public:
  CommandLine() : app_("Assay finds out what a machine is really worth: sustained, under load, with its uncertainty.") {
    app_.name("assay");
    app_.footer(std::string("First: assay tour. Then: assay run gemm --scenario server --rate 200 --duration 5s\n") +
                exit_code_help());
    app_.require_subcommand(0, 1);
    // The last one counts, so that an alias with defaults can be overridden.
    app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app_.set_help_flag("-h,--help", "print this help, or that of the command");
    app_.add_flag_callback(
        "--version", [this] { action_ = [this] { return version_command(version_); }; }, "print the version");
    add_tour();
    add_track();
    add_lab_command(adder_);
    add_run();
    add_peak();
    add_tail();
    add_soak();
    add_try();
    add_real_world();
    add_suite_command(adder_);
    add_fleet_commands(adder_);
    add_roofline();
    add_bench();
    add_doctor();
    add_selftest_command(adder_);
    add_list();
    add_report();
    add_audit_command(adder_);
    add_file_commands(adder_);
    add_explain();
    add_version();
    add_machine();
    add_document_commands(adder_, app_);
    add_compare_command(adder_);
    add_compliance_command(adder_);
    add_gpu_injector_command(adder_);
  }

  /// Throws CLI::Error.
  void parse(int count, char** arguments) { app_.parse(count, arguments); }
  [[nodiscard]] CLI::App& app() { return app_; }
  [[nodiscard]] const std::function<ExitCode()>& action() const { return action_; }

 private:
  CLI::App* command(const std::string& name, const std::string& help, std::function<ExitCode()> action) {
    return adder_.add(name, help, std::move(action));
  }

  void add_tour() {
    CLI::App* sub =
        command("tour", "measure this machine: doctor, roofline, scenarios, tail, soak, a page (about 2.5 min)",
                [this] { return tour_command(tour_); });
    add_tour_flags(*sub, tour_);
  }

  void add_track() {
    CLI::App* sub = command("track", "the whole audit of a track: cloud, edge, mobile or tiny; a bundle and a page",
                            [this] { return track_command(track_); });
    add_track_flags(*sub, track_);
    sub->footer(exit_code_help());
  }

  void add_run() {
    CLI::App* sub = command("run", "measure one workload in one scenario", [this] { return run(); });
    add_run_flags(sub, run_.run);
    sub->add_option("--repeat", run_.repeat, "so many runs, one after the other (default: 1)")
        ->type_name("N")
        ->group("Length");
    add_json(sub, run_.json);
    sub->add_option("--events", events_format_, "ndjson: phases, progress and results on stdout as they happen")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"ndjson"}))
        ->group("Output");
    sub->add_flag("--dry-run", run_.dry_run, "print the plan, measure nothing")->group("Output");
    sub->add_option("--fail-on", run_.fail_on, "exit 1 if one holds, e.g. invalid,p99>10ms,rate<200")
        ->type_name("LIST")
        ->group("Output");
    // How the front end starts the measuring process; a program of another kind may do the same.
    sub->add_option("--events-fd", engine_.events_descriptor, "be the measuring process: events go to this descriptor")
        ->type_name("FD")
        ->group(kMeasuringProcessGroup);
    sub->add_option("--observer", observer_, "none, quiet, live@2Hz or live@10Hz: how often it reports")
        ->check(CLI::IsMember(observer_names()))
        ->type_name("MODE")
        ->group(kMeasuringProcessGroup);
    add_measurement(sub, run_.measurement);
    add_console(sub, run_.console);
    sub->footer(exit_code_help());
  }

  static void require_open(int descriptor) {
    if (fcntl(descriptor, F_GETFD) == -1) {
      throw CommandError(ExitCode::usage, fmt::format("--events-fd {}: that descriptor is not open", descriptor));
    }
  }

  ExitCode run() {
    if (engine_.events_descriptor < 0) {
      run_.events = !events_format_.empty();
      return run_command(run_);
    }
    require_open(engine_.events_descriptor);
    engine_.observer = observer_named(observer_).value_or(ObserverMode::quiet);
    engine_.run = run_.run;
    engine_.folder = run_.measurement.folder;
    return static_cast<ExitCode>(run_engine(engine_));
  }

  void add_peak() {
    CLI::App* sub = command("peak", "find the highest Server rate that holds a latency window",
                            [this] { return peak_command(peak_); });
    add_run_flags(sub, peak_.run,
                  {"scenario", "samples-per-query", "mode", "max-duration", "max-queries", "selection", "same-index"});
    sub->add_option("--cameras", peak_.cameras,
                    "count cameras that trigger so many times a second: 30, or 30:aligned, :staggered, :random")
        ->type_name("FPS[:PHASE]")
        ->group("Traffic");
    sub->add_option("--resolution", peak_.resolution, "width of the interval that ends the search (default: 0.02)")
        ->check(CLI::Range(0.001, 0.5))
        ->type_name("SHARE")
        ->group("Length");
    sub->add_option("--most-probes", peak_.most_probes, "give up after so many runs (default: 40)")
        ->check(CLI::Range(5, 1000))
        ->type_name("N")
        ->group("Length");
    add_json(sub, peak_.json);
    add_measurement(sub, peak_.measurement);
    add_console(sub, peak_.console);
    sub->footer(exit_code_help());
  }

  void add_tail() {
    CLI::App* sub =
        command("tail", "find the injected load at which a percentile leaves its window, in ten runs", [this] {
          if (tail_.list) {
            return tail_list_command(tail_);
          }
          if (tail_.run.workload.empty()) {
            throw CommandError(ExitCode::usage, "tail: name a workload (assay list workloads), or --list the knobs");
          }
          return tail_command(tail_);
        });
    add_tail_flags(*sub, tail_);
    add_json(sub, tail_.json);
    add_measurement(sub, tail_.measurement);
    add_console(sub, tail_.console);
    sub->footer(exit_code_help());
  }

  void add_soak() {
    CLI::App* sub = command("soak", "what the machine sustains: ten minutes of load with its sensors watched",
                            [this] { return soak_command(soak_); });
    add_soak_flags(*sub, soak_);
    sub->footer(exit_code_help());
  }

  void add_try() {
    CLI::App* sub = command("try", "the same load without and with a means against a long tail, in pairs of runs",
                            [this] { return try_or_list(try_); });
    add_try_flags(*sub, try_);
    sub->footer(exit_code_help());
  }

  void add_real_world() {
    add_real_world_flags(*command("realworld", "keyword spotting: a trained network's accuracy, clean and in the field",
                                  [this] { return real_world_command(real_world_); }),
                         real_world_);
  }

  void add_roofline() {
    CLI::App* sub = command("roofline", "the machine's measured ceilings, with intervals (about 30 s)", [this] {
      if (engine_.events_descriptor < 0) {
        return roofline_command(roofline_);
      }
      require_open(engine_.events_descriptor);
      return static_cast<ExitCode>(
          run_roofline_engine(roofline_.roofline, roofline_.measurement.folder, engine_.events_descriptor));
    });
    add_roofline_flags(*sub, roofline_, engine_.events_descriptor);
    add_json(sub, roofline_.json);
    add_measurement(sub, roofline_.measurement);
    add_console(sub, roofline_.console);
    sub->footer(exit_code_help());
  }

  void add_bench() {
    CLI::App* sub = app_.add_subcommand("bench", "the kernel catalogue under Google Benchmark, with all its flags");
    sub->callback([this, sub] {
      bench_.help_text = sub->help("assay");
      bench_.arguments = sub->remaining();
      action_ = [this] { return bench_command(bench_); };
    });
    sub->allow_extras();
    sub->set_help_flag();  // that of Google Benchmark is printed with ours
    sub->add_flag("-h,--help", bench_.help, "print this help, and that of Google Benchmark");
    sub->add_option("--kernel", bench_.kernels, "this kernel instead of all; may be given several times")
        ->type_name("NAME[:PARAM=VALUE,...]")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false)
        ->group("Work");
    sub->add_option("--cpus", bench_.cpus, "measure on one of these")->type_name("LIST")->group("Place");
    sub->add_flag("--wait", bench_.wait, "wait for another measurement on this machine instead of refusing")
        ->group("Place");
  }

  void add_doctor() {
    CLI::App* sub =
        command("doctor", "what could bend the numbers here; reads only", [this] { return doctor_command(doctor_); });
    sub->add_flag("--strict", doctor_.strict, "exit 4 where a check says STOP");
    sub->add_option("--cpus", doctor_.cpus, "the CPUs that a run would use")->type_name("LIST");
    sub->add_option("--slo", doctor_.window, "the latency window that a run would promise")->type_name("T");
    sub->add_option("--out", doctor_.folder, "the folder of the results (default: assay-results)")->type_name("DIR");
    add_json(sub, doctor_.json);
    add_console(sub, doctor_.console);
  }

  void add_list() {
    CLI::App* sub = command("list", "what can be measured, and what was", [this] { return list_command(list_); });
    sub->add_option("what", list_.what, kListed)->required()->type_name("WHAT");
    sub->add_option("--out", list_.folder, "runs, machines: the folder (default: assay-results)")->type_name("DIR");
    add_json(sub, list_.json);
    add_console(sub, list_.console);
  }

  void add_report() {
    CLI::App* sub =
        command("report", "result files as one page that needs no network", [this] { return report_command(report_); });
    add_report_flags(*sub, report_);
  }

  void add_explain() {
    CLI::App* sub =
        command("explain", "what a word means that the program prints", [this] { return explain_command(explain_); });
    add_explain_flags(*sub, explain_);
  }

  void add_version() {
    CLI::App* sub =
        command("version", "version, commit, compiler and options", [this] { return version_command(version_); });
    add_json(sub, version_.json);
    add_console(sub, version_.console);
  }

  void add_machine() {
    CLI::App* sub = command("machine", "what a result file says about this machine; name it",
                            [this] { return machine_command(machine_); });
    CLI::App* show = sub->add_subcommand("show", "label, identity, class");
    CLI::App* name = sub->add_subcommand("name", "give this machine a label for result files");
    name->add_option("label", machine_.label, "1 to 40 letters, digits, '-', '_' or '.'")
        ->required()
        ->type_name("LABEL");
    sub->require_subcommand(0, 1);
    add_console(show, machine_.console);
    add_console(name, machine_.console);
  }

  CLI::App app_;
  std::function<ExitCode()> action_;
  CommandAdder adder_{app_, action_};
  TourCommandOptions tour_;
  TrackCommandOptions track_;
  RunCommandOptions run_;
  PeakCommandOptions peak_;
  SoakCommandOptions soak_;
  TailCommandOptions tail_;
  TryCommandOptions try_;
  RealWorldCommandOptions real_world_;
  BenchCommandOptions bench_;
  DoctorCommandOptions doctor_;
  ListCommandOptions list_;
  ReportCommandOptions report_;
  RooflineCommandOptions roofline_;
  ExplainCommandOptions explain_;
  VersionCommandOptions version_;
  MachineCommandOptions machine_;
  EngineOptions engine_;
  std::string events_format_;
  std::string observer_ = "quiet";
};

int to_int(ExitCode code) { return static_cast<int>(code); }

int fail(ExitCode code, std::string_view text) {
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::cerr << "assay: " << without_controls(text.substr(begin, end - begin)) << '\n';
    begin = end + 1;
  }
  return to_int(code);
}

int parse_and_run(std::span<char*> arguments) {
  CommandLine line;
  try {
    line.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::CallForHelp&) {
    const auto chosen = line.app().get_subcommands();
    Console({}).result(chosen.empty() ? line.app().help() : chosen.front()->help("assay"));
    return to_int(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    return fail(ExitCode::usage, usage_message(line.app(), error));
  }
  if (!line.action()) {
    std::cout << line.app().help() << std::flush;
    return to_int(ExitCode::usage);
  }
  return to_int(line.action()());
}

}  // namespace

std::string usage_problem(std::span<char*> arguments) {
  CommandLine line;
  try {
    line.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::CallForHelp&) {
    return "";
  } catch (const CLI::ParseError& error) {
    return usage_message(line.app(), error);
  } catch (const CommandError& error) {
    return error.what();
  }
  return line.action() ? "" : "no command";
}

int run_program(std::span<char*> arguments) {
  reserve_standard_descriptors();
  // A reader that went away, or a file at its limit, is an error of a write with a message, and no death by a signal.
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  try {
    return parse_and_run(arguments);
  } catch (const std::exception& error) {
    const CommandFailure failure = failure_of(error);
    return fail(failure.code, failure.line);
  }
}

}  // namespace assay
