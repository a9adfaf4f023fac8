#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/run_file_field.hpp"
#include "lab/flow/lab_verification.hpp"

namespace assay {
namespace {

/// Walks the lines in their order and keeps what each may refer to.
class Order {
 public:
  [[nodiscard]] std::vector<std::string> faults() && { return std::move(faults_); }

  void operator()(const LedgerEntry& entry, const LabBegin& begin) {
    (void)entry;
    nonce_ = begin.nonce;
  }
  void operator()(const LedgerEntry& entry, const LabLock& lock) {
    locks_[entry.hash] = lock.part;
    require(entry, lock.runs_before == begun_[lock.part],
            fmt::format("says that {} runs of part {} had begun, and {} had", lock.runs_before, lock.part,
                        begun_[lock.part]));
    require(entry, lock.nonce == nonce_, "has another nonce than its lab");
  }
  void operator()(const LedgerEntry& entry, const LabStart& start) {
    starts_[entry.hash] = &start;
    ++begun_[start.part];
    require(entry, !start.locks.empty(), "begins a run without a locked prediction");
    for (const std::string& lock : start.locks) {
      const auto found = locks_.find(lock);
      require(entry, found != locks_.end() && found->second == start.part,
              fmt::format("names lock {}, which did not come before it", short_hash(printable(lock, 80))));
    }
  }
  void operator()(const LedgerEntry& entry, const LabRun& run) {
    const auto start = starts_.find(run.start_hash);
    const bool follows = start != starts_.end() && start->second->part == run.start.part &&
                         start->second->run == run.start.run && start->second->controls == run.start.controls &&
                         start->second->locks == run.start.locks && start->second->size == run.start.size;
    require(entry, follows, "is a run that no line before it began like this");
    require(entry, finished_.insert(run.start_hash).second, "is a second result of one run");
  }
  template <class Other>
  void operator()(const LedgerEntry& /*entry*/, const Other& /*body*/) {}

 private:
  void require(const LedgerEntry& entry, bool holds, const std::string& fault) {
    if (!holds) {
      faults_.push_back(fmt::format("line {} {}", entry.number + 1, fault));
    }
  }

  std::string nonce_;
  std::map<std::string, std::size_t> locks_;
  std::map<std::string, const LabStart*> starts_;
  std::map<std::size_t, std::uint64_t> begun_;
  std::set<std::string> finished_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> order_faults(const std::vector<LedgerEntry>& entries) {
  Order order;
  for (const LedgerEntry& entry : entries) {
    std::visit([&](const auto& body) { order(entry, body); }, entry.body);
  }
  return std::move(order).faults();
}

}  // namespace assay
