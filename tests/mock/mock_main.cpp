// A scripted server for those who test a client: assay_mock_server --help.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "tests/mock/mock_server.hpp"

int main(int count, char** words) {
  using namespace assay::test_support;
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments == std::vector<std::string>{"--help"}) {
    std::fputs(script_help().c_str(), stdout);
    return 0;
  }
  try {
    std::uint16_t port = 0;
    const MockScript script = script_from(arguments, port);
    MockServer server(script, port);
    std::printf("%d\n", server.port());
    std::fflush(stdout);
    // Whoever started it holds the other end of its standard input, and ends it by going away.
    std::jthread guard([&server](const std::stop_token& stop) {
      char byte = 0;
      constexpr int kLook_ms = 100;
      while (!stop.stop_requested()) {
        pollfd waited{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        if (poll(&waited, 1, kLook_ms) > 0 && read(STDIN_FILENO, &byte, 1) <= 0) {
          server.stop();
          return;
        }
      }
    });
    server.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay_mock_server: %s\n%s", error.what(), script_help().c_str());
    return 2;
  }
  return 0;
}
