#include "analysis/experiment_records.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

ordered_json hedging_json(const std::optional<HedgeRecord>& hedging) {
  if (!hedging) {
    return nullptr;
  }
  return {{"after_s", json_number(hedging->after_s)},
          {"rule", hedging->rule},
          {"scheduling", hedging->scheduling},
          {"sent", hedging->sent},
          {"started", hedging->started},
          {"won", hedging->won},
          {"dropped", hedging->dropped},
          {"no_room_count", hedging->no_room_count},
          {"extra_work_share", json_number(hedging->extra_work_share)}};
}

std::optional<HedgeRecord> read_hedging(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  return HedgeRecord{.after_s = field.member("after_s").non_negative(),
                     .rule = field.member("rule").text(),
                     .scheduling = field.member("scheduling").text(),
                     .sent = field.member("sent").count(),
                     .started = field.member("started").count(),
                     .won = field.member("won").count(),
                     .dropped = field.member("dropped").count(),
                     .no_room_count = field.member("no_room_count").optional_count().value_or(0),
                     .extra_work_share = field.member("extra_work_share").optional_number()};
}

ordered_json execution_json(const std::optional<ExecutionRecord>& execution) {
  if (!execution) {
    return nullptr;
  }
  return {{"issuing_scheduling", execution->issuing_scheduling},
          {"worker_scheduling", execution->worker_scheduling},
          {"worker_spin", execution->worker_spin},
          {"memory", execution->memory},
          {"huge_bytes", json_count(execution->huge_bytes)},
          {"locked_bytes", json_count(execution->locked_bytes)}};
}

std::optional<ExecutionRecord> read_execution(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  return ExecutionRecord{.issuing_scheduling = field.member("issuing_scheduling").text(),
                         .worker_scheduling = field.member("worker_scheduling").text(),
                         .worker_spin = field.member("worker_spin").boolean(),
                         .memory = field.member("memory").text(),
                         .huge_bytes = field.member("huge_bytes").optional_count(),
                         .locked_bytes = field.member("locked_bytes").optional_count()};
}

ordered_json manner_key(const RunDocument& run) {
  const ExecutionRecord plain;
  const ExecutionRecord execution = run.execution.value_or(plain);
  if (run.placement.pinned && execution.worker_scheduling == plain.worker_scheduling && !execution.worker_spin &&
      execution.memory == plain.memory && run.limits.simd.empty()) {
    return nullptr;
  }
  ordered_json key{{"pinned", run.placement.pinned},
                   {"worker_scheduling", execution.worker_scheduling},
                   {"worker_spin", execution.worker_spin},
                   {"memory", execution.memory}};
  if (!run.limits.simd.empty()) {
    key["simd"] = run.limits.simd;
  }
  return key;
}

std::string hedging_sentence(const HedgeRecord& hedging, Charset charset) {
  return fmt::format(
      "after {} of work ({}): {} copies sent, {} of them run to the end, {} dropped, {} answered first; "
      "extra work {}{}",
      format_duration(hedging.after_s, charset), hedging.rule, format_count(hedging.sent),
      format_count(hedging.started), format_count(hedging.dropped), format_count(hedging.won),
      hedging.extra_work_share ? format_percent(*hedging.extra_work_share) : "not available",
      hedging.no_room_count == 0 ? ""
                                 : fmt::format("; the sending thread was behind, {} queries had no copy",
                                               format_count(hedging.no_room_count)));
}

std::string execution_sentence(const ExecutionRecord& execution) {
  const auto bytes = [](const std::optional<std::uint64_t>& count) {
    return count ? format_bytes(*count) : std::string("not available");
  };
  return fmt::format("generator {}, workers {}{}; memory: {}; in huge pages {}, locked {}",
                     execution.issuing_scheduling, execution.worker_scheduling,
                     execution.worker_spin ? ", spinning" : "", execution.memory, bytes(execution.huge_bytes),
                     bytes(execution.locked_bytes));
}

}  // namespace assay
