#include "scenarios/interference/stress_ng.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

#include "harness/argument_pointers.hpp"
#include "harness/file_source.hpp"
#include "harness/process_account.hpp"

namespace assay {
namespace {

/// The first line that a command prints; empty if it cannot be run.
std::string first_line_of(const char* command) {
  std::FILE* const pipe = popen(command, "r");
  if (pipe == nullptr) {
    return "";
  }
  std::array<char, 256> line{};
  const bool read = std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
  const int status = pclose(pipe);
  return read && status == 0 ? trimmed(line.data()) : "";
}

class StressNg final : public Injector {
 public:
  StressNg(const InjectorOrder& order, const InterferenceRequest& request, std::string version)
      : cpu_(order.cpu), version_(std::move(version)) {
    start(stress_ng_arguments(order, request));
  }
  ~StressNg() override {
    kill(-group_, SIGKILL);
    while (waitpid(group_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::string scheduling() const override { return "as stress-ng sets it"; }
  [[nodiscard]] std::string source() const override { return version_; }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t /*since*/) const override { return {}; }

  [[nodiscard]] std::optional<InjectorUse> use() const override {
    siginfo_t ended{};
    if (waitid(P_PID, static_cast<id_t>(group_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) {
      return std::nullopt;
    }
    const SystemFiles files;
    InjectorUse sum;
    bool is_there = false;
    for (const pid_t process : processes_of_group(files, group_)) {
      if (const auto account = read_process_account(files, process)) {
        is_there = true;
        sum.cpu_time += account->cpu_time;
        sum.voluntary_switches += account->voluntary_switches;
      }
    }
    return is_there ? std::optional(sum) : std::nullopt;
  }

 private:
  void start(std::vector<std::string> arguments) {
    const std::vector<char*> pointers = argument_pointers(arguments);
    const pid_t parent = getpid();
    group_ = fork();
    if (group_ == 0) {
      setpgid(0, 0);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);  // ours are blocked, and it ends its own processes by signals
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) {
        _exit(1);
      }
      const int nothing = open("/dev/null", O_RDWR);
      dup2(nothing, STDOUT_FILENO);
      dup2(nothing, STDERR_FILENO);
      close_range(3, ~0U, 0);
      execvp(pointers.front(), pointers.data());
      _exit(1);
    }
    if (group_ < 0) {
      throw std::runtime_error(fmt::format("fork of stress-ng: {}", std::strerror(errno)));
    }
    setpgid(group_, group_);
  }

  pid_t group_ = -1;
  int cpu_;
  std::string version_;
};

}  // namespace

Reading<std::string> stress_ng_version() {
  // "stress-ng, version 0.15.06 (gcc 12.2, x86_64 Linux 6.1) 💻🔥"
  const std::string line = first_line_of("stress-ng --version 2>/dev/null");
  const std::string before = "version ";
  const auto at = line.find(before);
  if (at == std::string::npos) {
    return Unavailable{"stress-ng is not installed (Debian package stress-ng)"};
  }
  const auto begin = at + before.size();
  return "stress-ng " + line.substr(begin, line.find(' ', begin) - begin);
}

std::vector<std::string> stress_ng_arguments(const InjectorOrder& order, const InterferenceRequest& request) {
  std::vector<std::string> arguments{"stress-ng", "--quiet",
                                     "--taskset", fmt::format("{}", order.cpu),
                                     "--timeout", fmt::format("{:.0f}", std::ceil(seconds(order.time_limit)))};
  const auto add = [&arguments](std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); };
  switch (order.knob) {
    case Knob::background:
      // One method: the default changes it, and with it the length of its slices.
      add({"--cpu", "1", "--cpu-method", "fft", "--cpu-load", fmt::format("{:.0f}", 100 * *request.background_share)});
      return arguments;
    case Knob::ctxsw:
      add({"--switch", "1", "--switch-freq", fmt::format("{:.0f}", *request.switches_per_s)});
      return arguments;
    case Knob::memory:
    case Knob::pcie:
    case Knob::noise:
      break;
  }
  throw std::invalid_argument(fmt::format("--with stress-ng: not for {}", name_of(order.knob)));
}

std::unique_ptr<Injector> start_stress_ng(const InjectorOrder& order, const InterferenceRequest& request) {
  const auto version = stress_ng_version();
  if (!version) {
    throw std::runtime_error("--with stress-ng: " + version.reason());
  }
  return std::make_unique<StressNg>(order, request, *version);
}

}  // namespace assay
