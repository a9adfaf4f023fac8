#include "harness/process_account.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <sstream>
#include <string>

namespace assay {
namespace {

std::optional<std::uint64_t> number_from(const std::string& text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stopped == end && !text.empty() ? std::optional(value) : std::nullopt;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

/// The fields of /proc/PID/stat after the name, which may hold blanks and brackets: state, ppid, pgrp, ... (proc(5)).
std::vector<std::string> stat_fields(const FileSource& files, pid_t process) {
  const auto text = files.read(fmt::format("/proc/{}/stat", process));
  const auto name_end = text ? text->rfind(')') : std::string::npos;
  return name_end == std::string::npos ? std::vector<std::string>{} : words_of(text->substr(name_end + 1));
}

std::optional<Nanoseconds> cpu_time_by_ticks(const FileSource& files, pid_t process) {
  constexpr std::size_t kUser = 11;  // after the name, which is the second field
  constexpr std::size_t kSystem = 12;
  const auto fields = stat_fields(files, process);
  if (fields.size() <= kSystem) {
    return std::nullopt;
  }
  const auto user = number_from(fields[kUser]);
  const auto system = number_from(fields[kSystem]);
  if (!user || !system) {
    return std::nullopt;
  }
  return from_seconds(static_cast<double>(*user + *system) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace

std::optional<ProcessAccount> read_process_account(const FileSource& files, pid_t process) {
  ProcessAccount account;
  const auto words = words_of(files.read(fmt::format("/proc/{}/schedstat", process)).value_or(""));
  // All zero where the kernel could account and does not.
  const bool accounts = words.size() >= 2 && number_from(words[0]).value_or(0) > 0 && number_from(words[1]);
  if (accounts) {
    account.cpu_time = Nanoseconds{static_cast<std::int64_t>(*number_from(words[0]))};
    account.waited = Nanoseconds{static_cast<std::int64_t>(*number_from(words[1]))};
  } else if (const auto by_ticks = cpu_time_by_ticks(files, process)) {
    account.cpu_time = *by_ticks;
  } else {
    return std::nullopt;
  }
  const std::string status = files.read(fmt::format("/proc/{}/status", process)).value_or("");
  account.voluntary_switches =
      number_from(value_of_key(status, "voluntary_ctxt_switches", ':').value_or("")).value_or(0);
  account.involuntary_switches =
      number_from(value_of_key(status, "nonvoluntary_ctxt_switches", ':').value_or("")).value_or(0);
  return account;
}

std::vector<pid_t> processes_of_group(const FileSource& files, pid_t group) {
  constexpr std::size_t kGroup = 2;
  std::vector<pid_t> processes;
  for (const std::string& name : files.list("/proc")) {
    const auto process = number_from(name);
    if (!process) {
      continue;
    }
    const auto fields = stat_fields(files, static_cast<pid_t>(*process));
    if (fields.size() > kGroup && number_from(fields[kGroup]) == static_cast<std::uint64_t>(group)) {
      processes.push_back(static_cast<pid_t>(*process));
    }
  }
  return processes;
}

}  // namespace assay
