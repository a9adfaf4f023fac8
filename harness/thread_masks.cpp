#include "harness/thread_masks.hpp"

#include <fmt/format.h>

#include <utility>

namespace assay {

ThreadMasks read_thread_masks(const FileSource& files) {
  const std::string folder = "/proc/self/task";
  ThreadMasks masks;
  for (const std::string& thread : files.list(folder)) {
    if (const auto status = files.read(fmt::format("{}/{}/status", folder, thread))) {
      if (auto cpus = value_of_key(*status, "Cpus_allowed_list", ':')) {
        masks.emplace(thread, std::move(*cpus));
      }
    }
  }
  return masks;
}

std::vector<std::string> changed_masks(const ThreadMasks& before, const ThreadMasks& after) {
  std::map<std::pair<std::string, std::string>, int> changes;
  for (const auto& [thread, cpus] : before) {
    const auto now = after.find(thread);
    if (now != after.end() && now->second != cpus) {
      ++changes[{cpus, now->second}];
    }
  }
  std::vector<std::string> lines;
  lines.reserve(changes.size());
  for (const auto& [change, count] : changes) {
    lines.push_back(
        fmt::format("{} thread{}: CPUs {} -> {}", count, count == 1 ? "" : "s", change.first, change.second));
  }
  return lines;
}

void ThreadMaskWatch::pinned(const std::string& thread, const FileSource& files) {
  const auto watched = masks_.find(thread);
  if (watched == masks_.end()) {
    return;
  }
  ThreadMasks now = read_thread_masks(files);
  if (const auto found = now.find(thread); found != now.end()) {
    watched->second = std::move(found->second);
  }
}

}  // namespace assay
