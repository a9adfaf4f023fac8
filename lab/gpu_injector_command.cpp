#include "lab/gpu_injector_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "lab/tail_plan.hpp"
#include "scenarios/interference/gpu_injector_process.hpp"

namespace assay {

namespace {

/// As typed; the numbers are those of gpu_injector_words().
struct GpuInjectorCommandOptions {
  std::string device;
  std::string knob;
  double amount = 0.0;
  std::int64_t length_ns = 0;
  int cpu = 0;
  std::uint64_t seed = 0;
  std::int64_t time_limit_ns = 0;
  int board = -1;
};

ExitCode gpu_injector_command(const GpuInjectorCommandOptions& options) {
  try {
    const GpuInjectorOrder order{
        .device = options.device,
        .dose = {.knob = knob_from(options.knob), .amount = options.amount, .length = Nanoseconds{options.length_ns}},
        .cpu = options.cpu,
        .seed = options.seed,
        .time_limit = Nanoseconds{options.time_limit_ns}};
    return be_gpu_injector(order, options.board) ? ExitCode::ok : ExitCode::environment_refused;
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, error.what());
  }
}

}  // namespace

void add_gpu_injector_command(CommandAdder& adder) {
  const auto options = std::make_shared<GpuInjectorCommandOptions>();
  CLI::App* const sub = adder.add("gpu-injector", "be the process that loads a GPU: assay run starts it itself",
                                  [options] { return gpu_injector_command(*options); });
  sub->group("");  // in no help
  sub->add_option("--device", options->device)->required();
  sub->add_option("--knob", options->knob)->required();
  sub->add_option("--amount", options->amount)->required();
  sub->add_option("--length-ns", options->length_ns)->required();
  sub->add_option("--cpu", options->cpu)->required();
  sub->add_option("--seed", options->seed)->required();
  sub->add_option("--time-limit-ns", options->time_limit_ns)->required();
  sub->add_option("--board", options->board)->required();
}

}  // namespace assay
