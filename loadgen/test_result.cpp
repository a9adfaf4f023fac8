#include "loadgen/test_result.hpp"

namespace assay {

std::string name_of(EndCause cause) {
  switch (cause) {
    case EndCause::complete:
      return "complete";
    case EndCause::max_duration:
      return "max_duration";
    case EndCause::max_query_count:
      return "max_query_count";
    case EndCause::max_outstanding:
      return "max_outstanding";
    case EndCause::record_capacity:
      return "record_capacity";
    case EndCause::interrupted:
      return "interrupted";
    case EndCause::deadline:
      return "deadline";
  }
  return "";
}

std::string name_of(ResponseError error) {
  switch (error) {
    case ResponseError::threw:
      return "threw";
    case ResponseError::duplicate:
      return "duplicate";
    case ResponseError::unknown_id:
      return "unknown_id";
    case ResponseError::after_end:
      return "after_end";
    case ResponseError::lost:
      return "lost_queries";
    case ResponseError::failed:
      return "failed";
    case ResponseError::first_token_missing:
      return "first_token_missing";
    case ResponseError::token_count_missing:
      return "token_count_missing";
  }
  return "";
}

}  // namespace assay
