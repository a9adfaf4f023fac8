#include "lab/kept_selftest.hpp"

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "analysis/selftest_json.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostFiles = 10'000;

/// Seconds since 1970 of "2026-11-24T03:12:09Z".
std::optional<std::int64_t> seconds_of(const std::string& timestamp) {
  std::tm time{};
  const char* const end = strptime(timestamp.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  if (end == nullptr || *end != '\0') {
    return std::nullopt;
  }
  return timegm(&time);
}

std::vector<fs::path> selftests_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error);
       !error && entry != fs::directory_iterator() && found.size() < kMostFiles; entry.increment(error)) {
    if (entry->path().filename().string().ends_with(".selftest.json") && entry->is_regular_file(error)) {
      found.push_back(entry->path());
    }
  }
  return found;
}

SelftestSummary summary_of(const SelftestRecord& record, double age_s, const std::string& text) {
  SelftestSummary summary{.id = record.id,
                          .created = record.created,
                          .age_s = age_s,
                          .tool_revision = record.tool.revision,
                          .full = record.full,
                          .passed = record.count(SelftestVerdict::pass),
                          .failed = record.count(SelftestVerdict::fail),
                          .not_possible = record.count(SelftestVerdict::not_possible),
                          .failed_checks = {},
                          .file = kBundledSelftest,
                          .sha256 = sha256_hex(text)};
  for (const SelftestCheck& check : record.checks) {
    if (check.verdict == SelftestVerdict::fail) {
      summary.failed_checks.push_back(check.id);
    }
  }
  return summary;
}

}  // namespace

std::optional<KeptSelftest> newest_selftest(const fs::path& results, const MachineIdentity& identity,
                                            std::int64_t now) {
  std::optional<KeptSelftest> newest;
  std::int64_t newest_time = 0;
  for (const fs::path& path : selftests_in(results / identity.label)) {
    try {
      const std::string text = read_untrusted_file(path);
      const SelftestRecord record = selftest_from_json(text, path.string());
      const auto time = seconds_of(record.created);
      const bool counts = record.hash_matches && !record.interrupted && record.identity.id == identity.id && time;
      if (counts && (!newest || *time > newest_time)) {
        newest_time = *time;
        newest = KeptSelftest{
            .summary = summary_of(record, static_cast<double>(std::max<std::int64_t>(0, now - *time)), text),
            .text = text};
      }
    } catch (const std::runtime_error&) {
      continue;  // damaged or foreign: no calibration
    }
  }
  return newest;
}

}  // namespace assay
