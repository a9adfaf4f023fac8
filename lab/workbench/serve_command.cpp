#include "lab/workbench/serve_command.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "analysis/run_file_field.hpp"
#include "harness/digest.hpp"
#include "harness/environment.hpp"
#include "lab/flow/shipped_flows.hpp"
#include "lab/workbench/api.hpp"
#include "lab/workbench/child_program.hpp"
#include "lab/workbench/http_server.hpp"
#include "lab/workbench/lab_watch.hpp"
#include "lab/workbench/measuring.hpp"
#include "lab/workbench/page_opener.hpp"
#include "lab/workbench/session_desk.hpp"

namespace assay {

namespace {

constexpr int kTokenBytes = 16;
constexpr std::chrono::seconds kWatchPeriod{1};
constexpr std::uint16_t kTunnelPort = 8080;  // of the other end, where this one is a socket

std::uint16_t port_of(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
    throw CommandError(ExitCode::usage, fmt::format("--port {}: a number from 1 to 65535, or 0 for any", text));
  }
  return port;
}

HttpServerOptions server_options(const ServeCommandOptions& options) {
  if (!options.port.empty() && !options.socket_path.empty()) {
    throw CommandError(ExitCode::usage, "--port and --unix: the server listens in one place; leave out one of them");
  }
  return {.port = port_of(options.port),
          .socket_path = options.socket_path.empty() ? "" : std::filesystem::absolute(options.socket_path).string()};
}

class Workbench {
 public:
  Workbench(const ServeCommandOptions& options, SessionDesk& desk)
      : options_(options),
        watch_(desk.folders()),
        console_(options.console),
        socket_(server_options(options).socket_path),
        server_(server_options(options)),
        measuring_(
            {.post = [this](std::function<void()> action) { server_.post(std::move(action)); },
             .publish = [this](const std::string& event, const std::string& data) { server_.publish(event, data); }}),
        api_({.token = token_, .port = socket_.empty() ? std::optional(server_.port()) : std::nullopt},
             {.desk = desk,
              .measuring = measuring_,
              .changed = [this] { server_.publish("state", "{}"); },
              .doctor = [this] { return doctor(); }}) {}

  ExitCode run() {
    const std::uint16_t port = socket_.empty() ? server_.port() : kTunnelPort;
    const std::string url = fmt::format("http://127.0.0.1:{}/#t={}{}", port, token_,
                                        options_.track.empty() ? "" : "&track=" + options_.track);
    announce(url, port);
    std::optional<RedirectFile> redirect;
    if (!options_.no_open && socket_.empty() && environment_value("SSH_CONNECTION").empty()) {
      redirect.emplace(url);
      open_in_browser(redirect->path());
    }
    server_.every(kWatchPeriod, [this] {
      // Beside a measurement of its own nothing looks at the disk; its end tells the pages anyway.
      if (!measuring_.is_running() && watch_.changed()) {
        server_.publish("state", "{}");
      }
    });
    server_.serve([this](const HttpRequest& request) { return api_.answer(request); });
    console_.note("the workbench is closed; the lab is kept: assay lab goes on with it");
    return ExitCode::ok;
  }

 private:
  void announce(const std::string& url, std::uint16_t port) {
    console_.result(fmt::format("{}\n", url));
    const passwd* user = getpwuid(getuid());  // NOLINT(concurrency-mt-unsafe): one thread so far
    const auto tunnel = tunnel_command(environment_value("SSH_CONNECTION"), port,
                                       socket_.empty() ? fmt::format("127.0.0.1:{}", port) : socket_,
                                       user == nullptr ? "" : user->pw_name);
    if (tunnel) {
      console_.note("on your own computer first: " + *tunnel + "\nthen open the address above there");
    } else if (!socket_.empty()) {
      console_.note(
          fmt::format("listening on {}; from another computer: ssh -N -L {}:{} THIS_MACHINE", socket_, port, socket_));
    } else {
      console_.note("the address holds the key of this session: whoever has it can use the workbench");
    }
    console_.note("Ctrl-C ends it");
  }

  /// Listens once, when somebody asks first, and not beside a measurement.
  std::string doctor() {
    if (!doctor_child_ && !measuring_.is_running()) {
      doctor_child_ = std::make_unique<ChildProgram>(
          std::vector<std::string>{"assay", "doctor", "--json", "--quiet"},
          ChildProgram::Watch{
              .on_line = [this](const std::string& line) { server_.post([this, line] { doctor_lines_ += line; }); },
              .on_end =
                  [this](const ChildEnd& end) {
                    server_.post([this, end] {
                      doctor_finding_ = end.exit_code == 0 ? doctor_lines_ : R"({"error":"the doctor did not finish"})";
                      server_.publish("state", "{}");
                    });
                  }});
    }
    return doctor_finding_;
  }

  const ServeCommandOptions& options_;
  LabWatch watch_;
  Console console_;
  std::string token_ = random_hex(kTokenBytes);
  std::string socket_;
  HttpServer server_;
  ChildMeasuring measuring_;  // ends before the server that it reports to
  std::string doctor_lines_;
  std::string doctor_finding_;
  std::unique_ptr<ChildProgram> doctor_child_;
  Api api_;
};

}  // namespace

ExitCode serve_command(const ServeCommandOptions& options) {
  const auto names = shipped_flow_names();
  if (!options.track.empty() && std::ranges::find(names, options.track) == names.end()) {
    throw CommandError(ExitCode::usage,
                       fmt::format("--track {}: name one of {}", printable(options.track, 40), fmt::join(names, ", ")));
  }
  SessionDesk desk({.duration = options.duration, .observer = options.observer, .nonce = options.nonce});
  return Workbench(options, desk).run();
}

}  // namespace assay
