#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

namespace assay::test_support {

/// What a scripted server does with each request.
struct MockScript {
  Nanoseconds first_token = std::chrono::milliseconds{1};  ///< from the receipt of the request
  Nanoseconds token_gap = std::chrono::microseconds{100};  ///< between tokens
  bool exponential = false;                                ///< both are means of exponential times, drawn by the seed
  std::uint64_t seed = 0;
  std::uint32_t tokens = 0;  ///< of each answer; 0: as many as are asked for
  std::uint32_t tokens_a_chunk = 1;

  enum class Usage : std::uint8_t { each, end, none };
  Usage usage = Usage::each;
  bool role_chunk = false;  ///< an empty chunk at once, as chat servers send it
  bool empty_text = false;  ///< tokens whose text is not complete yet: chunks with a count and no text
  std::size_t pieces = 1;   ///< each event goes out in so many writes

  enum class Fault : std::uint8_t {
    none,
    close,      ///< the connection is closed instead of an answer
    status,     ///< `status` instead of 200
    cut,        ///< the connection is closed in the middle of the answer
    stall,      ///< nothing more comes in the middle of the answer
    bad_json,   ///< an event that is no JSON
    error,      ///< an error object in an event
    no_done,    ///< the body ends early and as it should, without [DONE]
    one_short,  ///< a token less than is asked for
    echo_key,   ///< status 401 with the key that came
  };
  Fault fault = Fault::none;
  int status = 500;
  std::uint64_t fault_every = 1;  ///< each so-manieth request has the fault
  std::uint64_t die_after = 0;    ///< the server is gone after so many answers; 0: never
};

/// --ttft 5ms --gap 100us --law exponential --usage end --fault cut ...: flags of the program, as they stand. Throws
/// std::invalid_argument with one line.
[[nodiscard]] MockScript script_from(const std::vector<std::string>& arguments, std::uint16_t& port);

/// The flags, for the help.
[[nodiscard]] std::string script_help();

/// What the server itself knows of an answer, in nanoseconds of CLOCK_MONOTONIC_RAW: the last event before [DONE]
/// begins with it, {"mock":[received,first,last],...
struct MockTruth {
  std::int64_t received_ns = 0;  ///< the whole request was there
  std::int64_t first_ns = 0;     ///< before the write of the chunk with the first token
  std::int64_t last_ns = 0;      ///< before the write of the chunk with the last one
};
/// False if the text does not begin so.
[[nodiscard]] bool truth_from(std::string_view event, MockTruth& truth);

}  // namespace assay::test_support
