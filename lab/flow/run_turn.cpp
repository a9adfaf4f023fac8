#include "lab/flow/run_turn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lab/command_error.hpp"

namespace assay {
namespace {

/// The whole file. Locks of an open file description can be asked for without taking them, which flock(2) cannot.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::optional<RunTurn> RunTurn::try_take(const std::filesystem::path& folder) {
  const auto path = folder / "run.lock";
  RunTurn turn(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  struct flock lock = whole_file();
  if (turn.descriptor_ < 0) {
    throw CommandError(ExitCode::file, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  if (fcntl(turn.descriptor_, F_OFD_SETLK, &lock) == 0) {
    return turn;
  }
  if (errno != EAGAIN && errno != EACCES) {
    throw CommandError(ExitCode::file, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  return std::nullopt;
}

bool RunTurn::is_taken(const std::filesystem::path& folder) {
  const int descriptor = open((folder / "run.lock").c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return false;
  }
  struct flock lock = whole_file();
  const bool taken = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(descriptor);
  return taken;
}

RunTurn::~RunTurn() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

}  // namespace assay
