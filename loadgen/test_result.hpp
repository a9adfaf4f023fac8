#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/time.hpp"
#include "loadgen/query_record.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Why issuing stopped.
enum class EndCause {
  complete,  ///< duration and query count met, or the schedule or the set used up
  max_duration,
  max_query_count,
  max_outstanding,  ///< the system fell behind by more than the stated number of queries
  record_capacity,  ///< the preallocated log was full
  interrupted,      ///< a person or the caller asked to stop
  deadline,         ///< a query did not come back before the drain timeout
};

/// What a system under test did wrong; each makes the run INVALID.
enum class ResponseError {
  threw,                ///< issue_query() or flush_queries() threw
  duplicate,            ///< a sample was completed twice
  unknown_id,           ///< a completion names no sample of this run
  after_end,            ///< a completion came after the run was over
  lost,                 ///< never completed: infinite latency
  failed,               ///< the system itself reported the sample as failed: infinite latency
  first_token_missing,  ///< token latencies were promised and no first token came
  token_count_missing,  ///< token latencies were promised and no token count came
};

[[nodiscard]] std::string name_of(EndCause cause);       ///< "max_duration"
[[nodiscard]] std::string name_of(ResponseError error);  ///< "duplicate"

/// A response kept for the output check, or for the accuracy log.
struct LoggedResponse {
  std::uint64_t position = 0;  ///< of the sample in the log
  QuerySampleIndex sample_index = 0;
  std::vector<std::byte> data;
};

/// Everything that one test recorded. Records of query q are [q * samples_per_query, (q + 1) * samples_per_query);
/// in Offline the one query holds all. Only issued records are present, in issue order.
struct TestResult {
  TestSettings settings;
  EndCause end_cause = EndCause::complete;
  std::uint64_t query_count = 0;
  std::uint64_t samples_per_query = 1;
  std::vector<QuerySampleIndex> loaded_set;
  std::vector<QueryRecord> records;
  std::map<ResponseError, std::uint64_t> errors;
  std::vector<std::string> error_messages;  ///< the first few, e.g. what a thrown exception said
  std::vector<LoggedResponse> responses;
  Nanoseconds issue_duration{0};      ///< start to the last issue, real time
  Nanoseconds scheduled_duration{0};  ///< start to the last scheduled arrival
  Nanoseconds clock_step{0};          ///< largest disagreement with a second clock; 0 if they agreed within 1 ms

  [[nodiscard]] std::uint64_t sample_count() const { return records.size(); }
};

}  // namespace assay
