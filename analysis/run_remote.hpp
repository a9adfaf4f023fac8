#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace assay {

/// How the client of a server behind HTTP fared in a run: what its numbers rest on, and whether it was in the way
/// itself. Times in seconds, from exact counts in log-linear bins: the upper end of the bin, at most 1/32 too high.
struct RemoteRecord {
  std::string address;         ///< as it was given
  std::string protocol;        ///< "openai"
  std::string token_count_by;  ///< "usage of each chunk", "usage at the end" or "chunks"; empty: no tokens
  std::uint64_t connections = 0;
  std::uint64_t opened_in_run = 0;           ///< connections that had to be opened while the run went on
  std::uint64_t unopened = 0;                ///< connections that could not be opened before the run
  std::uint64_t waited = 0;                  ///< requests that waited for a free connection
  std::uint64_t threads = 0;                 ///< that received
  std::uint64_t events = 0;                  ///< server-sent events received
  std::optional<double> busiest_share;       ///< CPU time of the busiest of them over the length of the run
  std::optional<double> receive_wait_p50_s;  ///< from the kernel's time of receipt to ours
  std::optional<double> receive_wait_p99_s;
  std::optional<double> receive_wait_max_s;
  std::optional<double> chunk_gap_p50_s;  ///< between chunks with tokens of one answer
  std::optional<double> chunk_gap_p99_s;
  std::optional<double> chunk_gap_max_s;
  std::map<std::string, std::uint64_t> statuses;  ///< HTTP status -> answers that had it and were no success
};

}  // namespace assay
