#include "analysis/dose_verdict.hpp"

#include <fmt/format.h>

#include <cmath>

#include "analysis/format.hpp"
#include "harness/file_source.hpp"

namespace assay {
namespace {

std::string place(const DoseRecord& dose) {
  return fmt::format("{} {}{}{}", dose.cpus.size() == 1 ? "CPU" : "CPUs", cpu_list_text(dose.cpus),
                     dose.scheduling.empty() ? "" : ", ", dose.scheduling);
}

std::string remedy_of(const DoseRecord& dose) {
  if (dose.scheduling.starts_with("SCHED_OTHER")) {
    return "run as root (or with CAP_SYS_NICE), so that the injector may use SCHED_FIFO; or ask for less: beside a "
           "busy victim an ordinary process gets half of a CPU at most";
  }
  if (loaded_gpu(dose)) {
    return "ask for less: the card runs both where it has room, and by turns where it has not";
  }
  if (dose.source != "own") {
    return "leave out --with: our own injector corrects itself by what the kernel accounts";
  }
  return "ask for less, or look with assay doctor for what else takes these CPUs";
}

}  // namespace

std::string dose_amount(std::string_view unit, double value) {
  if (unit == "share") {
    return fmt::format("{:.1f} %", 100.0 * value);
  }
  if (unit == "bytes/s" && std::isinf(value)) {
    return "all it gets";
  }
  if (unit == "bytes/s") {
    return fmt::format("{:.2f} GB/s", value / 1e9);
  }
  constexpr double kWhole = 999.5;    // from here on no digits behind the point
  constexpr double kReadable = 1e15;  // what a file may claim and no machine does
  return value < kWhole || value > kReadable
             ? fmt::format("{:.3g} {}", value, unit)
             : fmt::format("{} {}", format_count(static_cast<std::uint64_t>(std::llround(value))), unit);
}

std::string dose_label(const DoseRecord& dose) {
  const std::string length = dose.length_requested_s ? " of " + format_duration(*dose.length_requested_s) : "";
  return fmt::format("{} {}{}", dose.knob, dose_amount(dose.unit, dose.requested), length);
}

std::string dose_sentence(const DoseRecord& dose) {
  const std::string length = dose.length_requested_s ? " of " + format_duration(*dose.length_requested_s) : "";
  const std::string achieved = dose.achieved ? dose_amount(dose.unit, *dose.achieved) + " delivered"
                                             : "delivered: not available, " + dose.reason;
  // Between the first and the last of a piece's kernels a card with two contexts works on the other one as well.
  const std::string of_what = is_in_own_context(dose) ? "card's time, with the victim's slices in it"
                              : loaded_gpu(dose)      ? "card's time"
                                                      : "CPU";
  const std::string taken = dose.cpu_share && dose.unit != "share"
                                ? fmt::format(", {:.1f} % of the {}", 100.0 * *dose.cpu_share, of_what)
                                : "";
  const std::string source = dose.source == "own" ? "" : ", by " + dose.source;
  return fmt::format("{}: {}{} asked, {}{} ({}{})", dose.knob, dose_amount(dose.unit, dose.requested), length, achieved,
                     taken, place(dose), source);
}

bool is_in_own_context(const DoseRecord& dose) { return dose.source.starts_with("own process, on cuda:"); }

bool loaded_gpu(const DoseRecord& dose) { return dose.source.find(", on cuda:") != std::string::npos; }

std::vector<InvalidReason> dose_problems(const std::vector<DoseRecord>& doses) {
  std::vector<InvalidReason> problems;
  for (const DoseRecord& dose : doses) {
    if (!dose.delivered) {
      problems.push_back({.code = "dose",
                          .message = fmt::format("the injected {} was not what was asked for: {} ({})", dose.knob,
                                                 dose.reason, place(dose)),
                          .remedy = remedy_of(dose)});
    }
  }
  return problems;
}

}  // namespace assay
