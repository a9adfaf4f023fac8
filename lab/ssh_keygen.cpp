#include "lab/ssh_keygen.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "harness/argument_pointers.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

constexpr int kNoProgram = 127;
constexpr const char* kProgram = "ssh-keygen";
/// Of a signature or a message; what follows is dropped.
constexpr std::size_t kMostOutput = std::size_t{1} << 20;

[[noreturn]] void fail(const char* call) {
  throw CommandError(ExitCode::file, fmt::format("{} for {}: {}", call, kProgram, std::strerror(errno)));
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
      fail("pipe");
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  void close_end(std::size_t which) {
    if (ends_.at(which) >= 0) {
      close(ends_.at(which));
      ends_.at(which) = -1;
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// In the child, between fork and exec: system calls only.
[[noreturn]] void become_ssh_keygen(char* const* arguments, int in, int out, int err) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  (void)signal(SIGPIPE, SIG_DFL);
  if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0) {
    execvp(kProgram, arguments);
  }
  _exit(kNoProgram);
}

/// Feeds one end and drains two until both are closed.
class Conversation {
 public:
  Conversation(Pipe& in, Pipe& out, Pipe& err, std::string_view input) : in_(in), out_(out), err_(err), input_(input) {}

  void follow(SshKeygenResult& result) {
    fcntl(in_.write_end(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) {
      in_.close_end(1);
    }
    while (out_.read_end() >= 0 || err_.read_end() >= 0) {
      std::array<pollfd, 3> waited{pollfd{.fd = in_.write_end(), .events = POLLOUT, .revents = 0},
                                   pollfd{.fd = out_.read_end(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = err_.read_end(), .events = POLLIN, .revents = 0}};
      if (poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) {
        fail("poll");
      }
      if (waited[0].revents != 0) {
        feed();
      }
      drain(waited[1], out_, result.out);
      drain(waited[2], err_, result.err);
    }
  }

 private:
  void feed() {
    const ssize_t written = write(in_.write_end(), input_.data(), input_.size());
    if (written > 0) {
      input_.remove_prefix(static_cast<std::size_t>(written));
    }
    if (input_.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) {
      in_.close_end(1);  // all is told, or it does not listen any more
    }
  }

  static void drain(const pollfd& waited, Pipe& pipe, std::string& text) {
    if (waited.revents == 0) {
      return;
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = read(pipe.read_end(), bytes.data(), bytes.size());
    if (count > 0 && text.size() < kMostOutput) {
      text.append(bytes.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (count < 0 && errno != EINTR)) {
      pipe.close_end(0);
    }
  }

  Pipe& in_;
  Pipe& out_;
  Pipe& err_;
  std::string_view input_;
};

/// A child that closes its input early must not end us.
class PipeSignalOff {
 public:
  PipeSignalOff() : before_(signal(SIGPIPE, SIG_IGN)) {}
  PipeSignalOff(const PipeSignalOff&) = delete;
  PipeSignalOff& operator=(const PipeSignalOff&) = delete;
  ~PipeSignalOff() { (void)signal(SIGPIPE, before_); }

 private:
  sighandler_t before_;
};

int exit_code_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      fail("waitpid");
    }
  }
  constexpr int kSignalled = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

}  // namespace

SshKeygenResult run_ssh_keygen(const std::vector<std::string>& arguments, const std::string& input) {
  std::vector<std::string> words{kProgram};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<char*> pointers = argument_pointers(words);
  Pipe in;
  Pipe out;
  Pipe err;
  const PipeSignalOff off;
  const pid_t child = fork();
  if (child == 0) {
    become_ssh_keygen(pointers.data(), in.read_end(), out.write_end(), err.write_end());
  }
  if (child < 0) {
    fail("fork");
  }
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  SshKeygenResult result;
  Conversation(in, out, err, input).follow(result);
  result.exit_code = exit_code_of(child);
  if (result.exit_code == kNoProgram) {
    throw CommandError(ExitCode::environment_refused,
                       "there is no ssh-keygen here (Debian package openssh-client): it makes and checks signatures");
  }
  return result;
}

}  // namespace assay
