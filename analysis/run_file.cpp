#include "analysis/run_file.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "analysis/untrusted_json.hpp"
#include "harness/atomic_file.hpp"

namespace assay {
std::string for_file_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    name += allowed ? c : '-';
  }
  return name.substr(0, 60);
}

RunDocument read_run_file(const std::filesystem::path& path) {
  return run_document_from_json(read_untrusted_file(path), path.string());
}

void write_run_file(const std::filesystem::path& path, const RunDocument& document) {
  write_file_atomically(path, to_json(document));
}

std::string new_run_id(std::int64_t unix_time_ms, RandomBits80 random) {
  constexpr std::int64_t kEndOfTime = std::int64_t{1} << 48;
  if (unix_time_ms < 0 || unix_time_ms >= kEndOfTime) {
    throw std::invalid_argument(fmt::format("run id: time {} ms is outside the 48 bits of a ULID", unix_time_ms));
  }
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  // 128 bits: 48 of time, 16 and 64 random; 26 digits of 5 bits hold 130, so the first digit carries 3.
  std::uint64_t high = (static_cast<std::uint64_t>(unix_time_ms) << 16) | random.high;
  std::uint64_t low = random.low;
  std::string id(26, '0');
  for (std::size_t position = id.size(); position-- > 0;) {
    id[position] = kDigits[low & 31];
    low = (low >> 5) | (high << 59);
    high >>= 5;
  }
  return id;
}

std::string utc_timestamp(std::int64_t unix_time_s) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds time{chrono::seconds{unix_time_s}};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string result_file_stem(std::string_view created, std::initializer_list<std::string_view> words,
                             std::string_view id) {
  // "2026-11-24T03:12:09Z" -> "2026-11-24T0312Z"; ':' is not allowed on some file systems.
  std::string minute(created.substr(0, 16));
  std::erase(minute, ':');
  std::string stem = for_file_name(minute) + 'Z';
  for (const std::string_view word : words) {
    stem += word.empty() ? "" : '_' + for_file_name(word);
  }
  std::string tail(id.size() > 4 ? id.substr(id.size() - 4) : id);
  for (char& c : tail) {
    c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return stem + '_' + for_file_name(tail);
}

std::string run_file_name(const RunDocument& document) {
  const std::string emulated = document.emulated ? "emulated-" + document.emulated->name : "";
  return result_file_stem(document.created,
                          {document.workload, document.scenario, limits_file_word(document.limits), emulated},
                          document.id) +
         ".run.json";
}

}  // namespace assay
