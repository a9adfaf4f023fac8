#include "scenarios/remote/remote_findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"

namespace assay {

namespace {

/// Upper end of the bin that holds the share of the counts; nothing of nothing.
std::optional<double> quantile_s(const LogLinearHistogram& histogram, double share) {
  const auto bins = histogram.export_bins();
  const auto total = static_cast<double>(histogram.count());
  double seen = 0.0;
  for (const auto& [index, count] : bins) {
    seen += static_cast<double>(count);
    if (seen >= share * total) {
      return static_cast<double>(LogLinearHistogram::bounds_of(index).upper) / 1e9;
    }
  }
  return std::nullopt;
}

void invalidate(RunDocument& document, InvalidReason reason) {
  document.valid = false;
  document.invalid_reasons.push_back(std::move(reason));
}

void add_account(RemoteRecord& record, const RemoteClient::RunAccount& account) {
  LogLinearHistogram waited;
  LogLinearHistogram gaps;
  for (const ReactorAccount& reactor : account.reactors) {
    waited.merge(reactor.waited);
    gaps.merge(reactor.gaps);
    record.events += reactor.events;
    record.opened_in_run += reactor.opened;
    if (reactor.wall > Nanoseconds::zero()) {
      record.busiest_share =
          std::max(record.busiest_share.value_or(0.0), seconds(reactor.busy) / seconds(reactor.wall));
    }
  }
  record.threads = account.reactors.size();
  record.waited = account.waited;
  record.unopened = account.unopened;
  record.receive_wait_p50_s = quantile_s(waited, 0.5);
  record.receive_wait_p99_s = quantile_s(waited, 0.99);
  record.receive_wait_max_s = quantile_s(waited, 1.0);
  record.chunk_gap_p50_s = quantile_s(gaps, 0.5);
  record.chunk_gap_p99_s = quantile_s(gaps, 0.99);
  record.chunk_gap_max_s = quantile_s(gaps, 1.0);
}

void add_errors(RunDocument& document, const RemoteErrorLog& errors) {
  std::string statuses;
  for (const auto& [status, count] : errors.status_counts()) {
    statuses += fmt::format("{}{}: {}", statuses.empty() ? "" : ", ", status, format_count(count));
  }
  for (const auto& [error, count] : errors.counts()) {
    document.errors[std::string(name_of(error))] = count;
    const std::string detail = error == RemoteError::http_status ? fmt::format(" ({})", statuses) : "";
    invalidate(document, {.code = std::string(name_of(error)),
                          .message = fmt::format("{} {}{}", format_count(count), what_of(error), detail),
                          .remedy = std::string(remedy_for(error))});
  }
  for (const std::string& message : errors.messages()) {
    document.warnings.push_back(message);
  }
}

/// The client must not be what is measured.
void judge_client(RunDocument& document, const RemoteRecord& record) {
  constexpr double kBusy = 0.9;
  constexpr double kShareOfFirstToken = 0.01;
  constexpr double kWakeUp = 200e-6;  // what a sleeping thread of a virtual machine takes; less shows nothing
  if (record.busiest_share && *record.busiest_share > kBusy) {
    invalidate(document, {.code = "client_busy",
                          .message = fmt::format("a thread that receives answers took {} of a CPU: the client may be "
                                                 "what is slow",
                                                 format_percent(*record.busiest_share)),
                          .remedy = "more of them: --threads 2; or a lower --rate"});
  }
  if (!document.first_token || !record.receive_wait_p99_s || document.scenario == "offline") {
    return;
  }
  const auto median = document.first_token->percentiles_s.find("p50");
  if (median == document.first_token->percentiles_s.end() || !median->second.point) {
    return;
  }
  const double allowed = std::max(kShareOfFirstToken * *median->second.point, kWakeUp);
  if (*record.receive_wait_p99_s > allowed) {
    invalidate(document,
               {.code = "client_backlog",
                .message = fmt::format("bytes of the answers lay in the kernel for {} at P99 before the client read "
                                       "them; {} are allowed",
                                       format_duration(*record.receive_wait_p99_s), format_duration(allowed)),
                .remedy = "nothing else on the client's CPUs, --spin, or more threads: --threads 2"});
  }
}

void add_notes(RunDocument& document, const RemoteRecord& record) {
  const auto warn = [&](std::string text) { document.warnings.push_back(std::move(text)); };
  if (record.waited > 0 && document.scenario == "server") {
    warn(
        fmt::format("{} requests waited for one of the {} connections, which their latency includes; --connections "
                    "sets more",
                    format_count(record.waited), format_count(record.connections)));
  }
  if (record.unopened > 0) {
    warn(fmt::format("{} of the {} connections could not be opened before the run", format_count(record.unopened),
                     format_count(record.connections)));
  }
  if (record.token_count_by == "chunks") {
    warn("the server tells no numbers of tokens: each chunk with text counts as one token");
  } else if (record.token_count_by == "usage at the end") {
    warn("the server tells the number of tokens at the end only: gaps are those between chunks, not between tokens");
  }
}

}  // namespace

void add_remote_findings(RunDocument& document, const RemoteEvidence& evidence) {
  RemoteRecord record = evidence.record;
  add_account(record, evidence.account);
  for (const auto& [status, count] : evidence.errors.status_counts()) {
    record.statuses[fmt::format("{}", status)] = count;
  }
  add_errors(document, evidence.errors);
  judge_client(document, record);
  add_notes(document, record);
  document.remote = std::move(record);
}

}  // namespace assay
