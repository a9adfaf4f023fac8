#include <thread>
#include <vector>

#include "harness/team_threads.hpp"

namespace assay {

void run_team_threads(std::size_t count, const std::function<void(std::size_t thread)>& body) {
  std::vector<std::jthread> threads;
  for (std::size_t thread = 1; thread < count; ++thread) {
    threads.emplace_back([&body, thread] { body(thread); });
  }
  body(0);
}

std::string team_threads_runtime() { return "std::thread"; }

}  // namespace assay
