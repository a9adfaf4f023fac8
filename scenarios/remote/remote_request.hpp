#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"
#include "scenarios/remote/answer_reader.hpp"
#include "scenarios/remote/http_url.hpp"

namespace assay {

/// How a server is spoken to; each is the name of a workload.
enum class RemoteProtocol : std::uint8_t {
  openai,       ///< POST {path}/completions with token ids
  openai_chat,  ///< POST {path}/chat/completions with words
  triton,       ///< POST {path}/v2/models/M/generate_stream with words
  kserve,       ///< POST {path}/v2/models/M/infer with tensors
};
[[nodiscard]] std::string_view name_of(RemoteProtocol protocol);  ///< "openai-chat"
[[nodiscard]] std::optional<RemoteProtocol> remote_protocol_of(std::string_view workload);

/// Tensor of a KServe request: NAME:DATATYPE:SHAPE, e.g. x:FP32:1x16.
struct RemoteTensor {
  std::string name;
  std::string datatype;
  std::vector<std::uint64_t> shape;
};

/// What is asked of a server, as a person said it.
struct RemoteRequest {
  std::string url;  ///< as typed
  std::string model;
  std::uint64_t prompt_tokens = 128;
  std::uint64_t max_tokens = 64;
  std::uint64_t connections = 16;
  Nanoseconds timeout = std::chrono::seconds{60};
  std::string api_key;  ///< from the environment; sent, and kept nowhere else
};

/// The same, understood; with the parameters (--param).
struct RemotePlan {
  RemoteProtocol protocol = RemoteProtocol::openai;
  HttpUrl url;
  std::string model;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t max_tokens = 0;
  std::uint64_t samples = 256;        ///< different requests
  std::uint64_t vocabulary = 32'000;  ///< token ids are below it
  bool exact = true;                  ///< so many tokens have to come
  bool plain = false;                 ///< only what OpenAI itself knows: no ignore_eos, min_tokens, cache_prompt
  std::optional<RemoteTensor> tensor;
};

/// Understands a request. Each thing that makes no sense goes to `problems`, one line each.
[[nodiscard]] RemotePlan plan_of(RemoteProtocol protocol, const RemoteRequest& request,
                                 const std::map<std::string, std::string>& parameters,
                                 std::vector<std::string>& problems);

/// The names of the parameters that plan_of() takes.
[[nodiscard]] std::string_view remote_parameter_names();

[[nodiscard]] AnswerRule answer_rule_of(const RemotePlan& plan);

}  // namespace assay
