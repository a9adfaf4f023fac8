#include "scenarios/remote/remote_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "harness/quantity.hpp"
#include "scenarios/custom/answer_check.hpp"

namespace assay {

namespace {

constexpr std::array<std::pair<RemoteProtocol, std::string_view>, 4> kNames{
    {{RemoteProtocol::openai, "openai"},
     {RemoteProtocol::openai_chat, "openai-chat"},
     {RemoteProtocol::triton, "triton"},
     {RemoteProtocol::kserve, "kserve"}}};

struct Bounds {
  std::string_view what;
  std::uint64_t least;
  std::uint64_t most;
};

std::uint64_t within(std::uint64_t value, const Bounds& bounds, std::vector<std::string>& problems) {
  if (value < bounds.least || value > bounds.most) {
    problems.push_back(fmt::format("{} {}: must be within {} and {}", bounds.what, value, bounds.least, bounds.most));
  }
  return value;
}

bool yes_or_no(const std::string& text) {
  if (text != "yes" && text != "no") {
    throw std::invalid_argument(fmt::format("'{}' is none of yes, no", one_line(text)));
  }
  return text == "yes";
}

bool is_plain_name(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._-/:@+").find(c) != std::string_view::npos;
  });
}

RemoteTensor tensor_from(const std::string& text) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 20;
  constexpr std::string_view kExpected = "expected NAME:DATATYPE:SHAPE with FP32, INT32 or INT64, e.g. x:FP32:1x16";
  const auto second = text.rfind(':');
  const auto first = second == std::string::npos || second == 0 ? std::string::npos : text.rfind(':', second - 1);
  if (first == std::string::npos) {
    throw std::invalid_argument(fmt::format("'{}': {}", one_line(text), kExpected));
  }
  RemoteTensor tensor{.name = text.substr(0, first), .datatype = text.substr(first + 1, second - first - 1)};
  std::uint64_t count = 1;
  for (std::string rest = text.substr(second + 1); !rest.empty();) {
    const auto cross = rest.find('x');
    tensor.shape.push_back(parse_count(rest.substr(0, cross)));
    count = tensor.shape.back() == 0 || tensor.shape.back() > kMost ? 0 : count * tensor.shape.back();
    rest = cross == std::string::npos ? "" : rest.substr(cross + 1);
    if (count == 0 || count > kMost) {
      throw std::invalid_argument(fmt::format("'{}': 1 to {} numbers", one_line(text), kMost));
    }
  }
  const bool known = tensor.datatype == "FP32" || tensor.datatype == "INT32" || tensor.datatype == "INT64";
  if (!known || !is_plain_name(tensor.name) || tensor.shape.empty()) {
    throw std::invalid_argument(fmt::format("'{}': {}", one_line(text), kExpected));
  }
  return tensor;
}

void read_parameter(const std::string& name, const std::string& value, RemotePlan& plan) {
  if (name == "samples") {
    plan.samples = parse_count(value);
  } else if (name == "vocabulary") {
    plan.vocabulary = parse_count(value);
  } else if (name == "exact") {
    plan.exact = yes_or_no(value);
  } else if (name == "plain") {
    plan.plain = yes_or_no(value);
  } else if (name == "input") {
    plan.tensor = tensor_from(value);
  } else {
    throw std::invalid_argument(fmt::format("there is no such parameter; there are {}", remote_parameter_names()));
  }
}

void check_key(const std::string& key, std::vector<std::string>& problems) {
  constexpr std::size_t kLongest = 4096;
  if (key.size() > kLongest || std::ranges::any_of(key, [](char c) { return c <= ' ' || c > '~'; })) {
    problems.emplace_back("ASSAY_API_KEY: must be printable ASCII without blanks, at most 4096 characters");
  }
}

void check_sizes(const RemotePlan& plan, std::vector<std::string>& problems) {
  constexpr std::uint64_t kMostTokens = 1'000'000;
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;  // of all requests, which stand ready
  constexpr std::uint64_t kBytesPerToken = 8;
  constexpr std::uint64_t kLeastVocabulary = 200;
  within(plan.prompt_tokens, {"--prompt-tokens", 1, kMostTokens}, problems);
  within(plan.max_tokens, {"--max-tokens", 1, kMostTokens}, problems);
  within(plan.samples, {"--param samples", 1, 1'000'000}, problems);
  within(plan.vocabulary, {"--param vocabulary", kLeastVocabulary, 10'000'000}, problems);
  if (problems.empty() && plan.samples * plan.prompt_tokens * kBytesPerToken > kMostBytes) {
    problems.push_back(
        fmt::format("--param samples {}: so many prompts of {} tokens take more than 256 MiB; take fewer", plan.samples,
                    plan.prompt_tokens));
  }
}

}  // namespace

std::string_view name_of(RemoteProtocol protocol) {
  return std::ranges::find(kNames, protocol, &decltype(kNames)::value_type::first)->second;
}

std::optional<RemoteProtocol> remote_protocol_of(std::string_view workload) {
  const auto* const found = std::ranges::find(kNames, workload, &decltype(kNames)::value_type::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

std::string_view remote_parameter_names() { return "samples, vocabulary, exact, plain and input"; }

RemotePlan plan_of(RemoteProtocol protocol, const RemoteRequest& request,
                   const std::map<std::string, std::string>& parameters, std::vector<std::string>& problems) {
  RemotePlan plan{.protocol = protocol,
                  .url = {},
                  .model = request.model,
                  .prompt_tokens = request.prompt_tokens,
                  .max_tokens = request.max_tokens,
                  .tensor = {}};
  try {
    plan.url = parse_http_url(request.url);
  } catch (const std::invalid_argument& error) {
    problems.push_back(fmt::format("--sut: {}", error.what()));
  }
  if (!is_plain_name(request.model)) {
    problems.push_back(fmt::format("--model '{}': name the model as the server does (letters, digits and ._-/:@+)",
                                   one_line(request.model)));
  }
  for (const auto& [name, value] : parameters) {
    try {
      read_parameter(name, value, plan);
    } catch (const std::invalid_argument& error) {
      problems.push_back(fmt::format("--param {}: {}", one_line(name), error.what()));
    }
  }
  constexpr std::uint64_t kMostConnections = 4096;
  within(request.connections, {"--connections", 1, kMostConnections}, problems);
  if (request.timeout <= Nanoseconds::zero() || request.timeout > std::chrono::hours{24}) {
    problems.emplace_back("--request-timeout: must be above 0 and at most 24h");
  }
  check_sizes(plan, problems);
  if (protocol == RemoteProtocol::kserve && !plan.tensor) {
    problems.emplace_back("--param input: kserve takes the tensor that is sent, e.g. --param input=x:FP32:1x16");
  }
  check_key(request.api_key, problems);
  return plan;
}

AnswerRule answer_rule_of(const RemotePlan& plan) {
  AnswerRule rule{.tokens = static_cast<std::uint32_t>(plan.max_tokens), .exact = plan.exact && !plan.plain};
  rule.form = plan.protocol == RemoteProtocol::kserve   ? AnswerRule::Form::kserve
              : plan.protocol == RemoteProtocol::triton ? AnswerRule::Form::triton_stream
                                                        : AnswerRule::Form::openai_stream;
  return rule;
}

}  // namespace assay
