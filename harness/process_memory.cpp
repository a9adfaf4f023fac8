#include "harness/process_memory.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace assay {
namespace {

std::string message_of(int error) { return std::generic_category().message(error); }

/// "AnonHugePages:   2048 kB"
Reading<Bytes> kibibytes_of(const FileSource& files, const std::string& path, const char* key) {
  const auto text = files.read(path);
  if (!text) {
    return Unavailable{path + " is hidden here"};
  }
  const auto value = value_of_key(*text, key, ':');
  std::uint64_t kibibytes = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), kibibytes).ec != std::errc{}) {
    return Unavailable{path + " has no " + key};
  }
  return Bytes{kibibytes * 1024};
}

}  // namespace

SmallPages::SmallPages() : disabled_before_(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) > 0) {
  if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0) {
    problem_ = "prctl(PR_SET_THP_DISABLE): " + message_of(errno);
  }
}

SmallPages::~SmallPages() {
  if (!problem_ && !disabled_before_) {
    prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
  }
}

LockedMemory::LockedMemory() {
  if (mlockall(MCL_CURRENT) != 0) {
    problem_ = "mlockall(MCL_CURRENT): " + message_of(errno);
  } else if (mlockall(MCL_FUTURE | MCL_ONFAULT) != 0) {
    problem_ = "mlockall(MCL_FUTURE | MCL_ONFAULT): " + message_of(errno);
    munlockall();
  }
}

LockedMemory::~LockedMemory() {
  if (!problem_) {
    munlockall();
  }
}

Reading<Bytes> huge_page_memory(const FileSource& files) {
  return kibibytes_of(files, "/proc/self/smaps_rollup", "AnonHugePages");
}

Reading<Bytes> locked_memory(const FileSource& files) { return kibibytes_of(files, "/proc/self/status", "VmLck"); }

}  // namespace assay
