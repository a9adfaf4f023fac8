#include "lab/remote_flags.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace assay {

void read_remote(FlagReader& flags, RunRequest& request) {
  RemoteRequest& remote = request.workload.remote;
  const bool drives_server = remote_protocol_of(request.workload.name).has_value();
  for (const std::string_view flag : std::array<std::string_view, 6>{kServerFlag, "model", "prompt-tokens",
                                                                     "max-tokens", "connections", "request-timeout"}) {
    flags.with(flag, [&](const std::string&) {
      if (!drives_server) {
        throw std::invalid_argument("only workloads openai, openai-chat, triton and kserve drive a server");
      }
    });
  }
  if (!drives_server) {
    return;
  }
  flags.with(kServerFlag, [&](const std::string& text) { remote.url = text; });
  flags.with("model", [&](const std::string& text) { remote.model = text; });
  flags.count("prompt-tokens", remote.prompt_tokens);
  flags.count("max-tokens", remote.max_tokens);
  flags.count("connections", remote.connections);
  flags.duration("request-timeout", remote.timeout);
  // One thread receives a few hundred thousand events a second; more are asked for by --threads.
  request.worker_threads = request.worker_threads == 0 ? 1 : request.worker_threads;
  if (const char* const key = std::getenv("ASSAY_API_KEY"); key != nullptr) {
    remote.api_key = key;
  }
}

}  // namespace assay
