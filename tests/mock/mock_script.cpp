#include "tests/mock/mock_script.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "harness/quantity.hpp"

namespace assay::test_support {

namespace {

using Fault = MockScript::Fault;
constexpr std::array<std::pair<std::string_view, Fault>, 9> kFaults{{{"close", Fault::close},
                                                                     {"status", Fault::status},
                                                                     {"cut", Fault::cut},
                                                                     {"stall", Fault::stall},
                                                                     {"bad-json", Fault::bad_json},
                                                                     {"error", Fault::error},
                                                                     {"no-done", Fault::no_done},
                                                                     {"one-short", Fault::one_short},
                                                                     {"echo-key", Fault::echo_key}}};

template <class Number>
Number small(const std::string& text) {
  return static_cast<Number>(std::min<std::uint64_t>(parse_count(text), std::numeric_limits<Number>::max()));
}

Fault fault_from(const std::string& text) {
  for (const auto& [name, fault] : kFaults) {
    if (text == name) {
      return fault;
    }
  }
  throw std::invalid_argument(fmt::format("--fault '{}'", text));
}

void read_flag(const std::string& flag, const std::string& value, MockScript& script, std::uint16_t& port) {
  if (flag == "--port") {
    port = small<std::uint16_t>(value);
  } else if (flag == "--ttft") {
    script.first_token = parse_duration(value);
  } else if (flag == "--gap") {
    script.token_gap = parse_duration(value);
  } else if (flag == "--law" && (value == "fixed" || value == "exponential")) {
    script.exponential = value == "exponential";
  } else if (flag == "--seed") {
    script.seed = parse_count(value);
  } else if (flag == "--tokens") {
    script.tokens = small<std::uint32_t>(value);
  } else if (flag == "--tokens-a-chunk") {
    script.tokens_a_chunk = std::max(1U, small<std::uint32_t>(value));
  } else if (flag == "--usage" && (value == "each" || value == "end" || value == "none")) {
    script.usage = value == "each"  ? MockScript::Usage::each
                   : value == "end" ? MockScript::Usage::end
                                    : MockScript::Usage::none;
  } else if (flag == "--pieces") {
    script.pieces = std::max<std::size_t>(1, parse_count(value));
  } else if (flag == "--fault") {
    script.fault = fault_from(value);
  } else if (flag == "--status") {
    script.status = small<int>(value);
  } else if (flag == "--fault-every") {
    script.fault_every = std::max<std::uint64_t>(1, parse_count(value));
  } else if (flag == "--die-after") {
    script.die_after = parse_count(value);
  } else {
    throw std::invalid_argument(fmt::format("{} {}: not known", flag, value));
  }
}

}  // namespace

std::string script_help() {
  return "assay_mock_server [--port N] [--ttft T] [--gap T] [--law fixed|exponential] [--seed N] [--tokens N]\n"
         "  [--tokens-a-chunk N] [--usage each|end|none] [--role-chunk] [--empty-text] [--pieces N]\n"
         "  [--fault close|status|cut|stall|bad-json|error|no-done|one-short|echo-key] [--status N] [--fault-every N]\n"
         "  [--die-after N]\n"
         "A scripted server on 127.0.0.1 that speaks /v1/completions, /v1/chat/completions, Triton's generate_stream\n"
         "and KServe's infer. Prints its port in the first line and answers until its standard input ends.\n";
}

MockScript script_from(const std::vector<std::string>& arguments, std::uint16_t& port) {
  MockScript script;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--role-chunk") {
      script.role_chunk = true;
    } else if (arguments[i] == "--empty-text") {
      script.empty_text = true;
    } else if (i + 1 < arguments.size()) {
      read_flag(arguments[i], arguments[i + 1], script, port);
      ++i;
    } else {
      throw std::invalid_argument(fmt::format("{}: not known, or its value is missing", arguments[i]));
    }
  }
  return script;
}

bool truth_from(std::string_view event, MockTruth& truth) {
  constexpr std::string_view kBegin = R"({"mock":[)";
  if (!event.starts_with(kBegin)) {
    return false;
  }
  const char* at = event.data() + kBegin.size();
  const char* const end = event.data() + event.size();
  for (std::int64_t* const number : {&truth.received_ns, &truth.first_ns, &truth.last_ns}) {
    const auto [rest, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || rest == end) {
      return false;
    }
    at = rest + 1;
  }
  return true;
}

}  // namespace assay::test_support
