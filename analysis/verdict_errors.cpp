#include "analysis/verdict_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "analysis/format.hpp"

namespace assay {
namespace {

/// What the error was, as "{count} {what}", and what to do.
struct ErrorText {
  std::string_view what;
  std::string_view remedy;
};

ErrorText text_of(ResponseError error) {
  switch (error) {
    case ResponseError::threw:
      return {"times the system under test threw", "see the first messages in the result; mend the system under test"};
    case ResponseError::duplicate:
      return {"completions named a sample that was completed already",
              "complete each QueryId once in the system under test"};
    case ResponseError::unknown_id:
      return {"completions named no sample of this run", "return the QueryId that was issued, within the same run"};
    case ResponseError::after_end:
      return {"completions came after the end of the run", "a longer drain timeout, or a lower --rate"};
    case ResponseError::lost:
      return {"samples never came back: their latency is infinite",
              "a lower --rate or a longer drain timeout, if the system was overrun; else it drops queries"};
    case ResponseError::failed:
      return {"samples were reported as failed: their latency is infinite",
              "see why the system under test refused them; a lower --rate if it was overrun"};
    case ResponseError::first_token_missing:
      return {"samples came back without a first token", "report the first token, or run without token latencies"};
    case ResponseError::token_count_missing:
      return {"samples came back without a token count", "report the token count, or run without token latencies"};
  }
  return {};
}

InvalidReason reason_of(std::string code, std::uint64_t count, const ErrorText& text) {
  return {.code = std::move(code),
          .message = fmt::format("{} {}", format_count(count), text.what),
          .remedy = std::string(text.remedy)};
}

/// The generator's own counts, completed by what the records themselves show: a sample without a completion is lost
/// or failed, whatever was counted.
std::map<ResponseError, std::uint64_t> counted_errors(const TestResult& result, const RunDistributions& run) {
  std::map<ResponseError, std::uint64_t> errors = result.errors;
  std::erase_if(errors, [](const auto& entry) { return entry.second == 0; });
  const auto failed = errors.find(ResponseError::failed);
  const std::uint64_t explained = failed == errors.end() ? 0 : failed->second;
  if (run.lost_samples > explained) {
    std::uint64_t& lost = errors[ResponseError::lost];
    lost = std::max(lost, run.lost_samples - explained);
  }
  return errors;
}

}  // namespace

std::vector<InvalidReason> error_reasons(const TestResult& result, const RunDistributions& distributions) {
  std::vector<InvalidReason> reasons;
  for (const auto& [error, count] : counted_errors(result, distributions)) {
    reasons.push_back(reason_of(name_of(error), count, text_of(error)));
  }
  if (distributions.single_token_samples > 0) {
    reasons.push_back(reason_of("single_token", distributions.single_token_samples,
                                {"samples had a single token: there is no time per further token",
                                 "let the model generate two tokens or more"}));
  }
  if (distributions.contradictory_samples > 0) {
    reasons.push_back(reason_of("time_order", distributions.contradictory_samples,
                                {"samples have times out of order, such as a start before the issue",
                                 "report times of the clock that the run was given"}));
  }
  return reasons;
}

std::map<std::string, std::uint64_t> error_counts(const TestResult& result, const RunDistributions& distributions) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [error, count] : counted_errors(result, distributions)) {
    counts[name_of(error)] = count;
  }
  if (distributions.single_token_samples > 0) {
    counts["single_token"] = distributions.single_token_samples;
  }
  if (distributions.contradictory_samples > 0) {
    counts["time_order"] = distributions.contradictory_samples;
  }
  return counts;
}

}  // namespace assay
