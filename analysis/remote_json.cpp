#include "analysis/remote_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

ordered_json remote_json(const std::optional<RemoteRecord>& remote) {
  if (!remote) {
    return nullptr;
  }
  return {{"address", remote->address},
          {"protocol", remote->protocol},
          {"token_count_by", json_text_or_null(remote->token_count_by)},
          {"connections", remote->connections},
          {"opened_in_run", remote->opened_in_run},
          {"unopened", remote->unopened},
          {"waited", remote->waited},
          {"threads", remote->threads},
          {"events", remote->events},
          {"busiest_share", json_number(remote->busiest_share)},
          {"receive_wait_p50_s", json_number(remote->receive_wait_p50_s)},
          {"receive_wait_p99_s", json_number(remote->receive_wait_p99_s)},
          {"receive_wait_max_s", json_number(remote->receive_wait_max_s)},
          {"chunk_gap_p50_s", json_number(remote->chunk_gap_p50_s)},
          {"chunk_gap_p99_s", json_number(remote->chunk_gap_p99_s)},
          {"chunk_gap_max_s", json_number(remote->chunk_gap_max_s)},
          {"statuses", remote->statuses}};
}

std::optional<RemoteRecord> read_remote(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  const auto time_or_share = [&field](const char* key) -> std::optional<double> {
    const Field value = field.member(key);
    return value.absent() ? std::nullopt : std::optional(value.non_negative());
  };
  RemoteRecord remote{.address = field.member("address").text(),
                      .protocol = field.member("protocol").text(),
                      .token_count_by = field.member("token_count_by").text_or_empty(),
                      .connections = field.member("connections").count(),
                      .opened_in_run = field.member("opened_in_run").count(),
                      .unopened = field.member("unopened").count(),
                      .waited = field.member("waited").count(),
                      .threads = field.member("threads").count(),
                      .events = field.member("events").count(),
                      .busiest_share = time_or_share("busiest_share"),
                      .receive_wait_p50_s = time_or_share("receive_wait_p50_s"),
                      .receive_wait_p99_s = time_or_share("receive_wait_p99_s"),
                      .receive_wait_max_s = time_or_share("receive_wait_max_s"),
                      .chunk_gap_p50_s = time_or_share("chunk_gap_p50_s"),
                      .chunk_gap_p99_s = time_or_share("chunk_gap_p99_s"),
                      .chunk_gap_max_s = time_or_share("chunk_gap_max_s"),
                      .statuses = {}};
  for (const auto& [status, count] : field.member("statuses").members()) {
    remote.statuses[status] = count.count();
  }
  return remote;
}

std::string remote_sentence(const RemoteRecord& remote, Charset charset) {
  std::string text =
      fmt::format("{} at {}, {} connections", remote.protocol, remote.address, format_count(remote.connections));
  if (!remote.token_count_by.empty()) {
    text += ", tokens counted by " + remote.token_count_by;
  }
  text += remote.busiest_share ? fmt::format("; receiving took {} of a CPU", format_percent(*remote.busiest_share))
                               : "; CPU of receiving not available";
  if (remote.receive_wait_p50_s && remote.receive_wait_p99_s) {
    text += fmt::format(", bytes lay in the kernel P50 {} P99 {}", format_duration(*remote.receive_wait_p50_s, charset),
                        format_duration(*remote.receive_wait_p99_s, charset));
  }
  if (remote.chunk_gap_p50_s && remote.chunk_gap_p99_s) {
    text += fmt::format("; between chunks P50 {} P99 {}", format_duration(*remote.chunk_gap_p50_s, charset),
                        format_duration(*remote.chunk_gap_p99_s, charset));
  }
  return text;
}

}  // namespace assay
