#include "scenarios/custom/custom_workload.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "harness/digest.hpp"
#include "scenarios/custom/answer_check.hpp"
#include "scenarios/custom/library_kernel.hpp"
#include "scenarios/custom/process_kernel.hpp"

namespace assay {

namespace {

constexpr std::string_view kLibrary = "lib:";
constexpr std::string_view kCommand = "cmd:";

std::vector<std::string> words_of_command(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
      break;
    }
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    words.emplace_back(word);
    text.remove_prefix(word.size());
  }
  return words;
}

constexpr std::string_view kDigestEnd = "_sha256";

std::string no_digest(int error) { return fmt::format("not available: {}", std::strerror(error)); }

/// Of an open regular file.
std::string content_digest(int file, off_t size) {
  constexpr off_t kLargest = off_t{1} << 30;
  if (size > kLargest) {
    return "not taken: larger than 1 GiB";
  }
  if (size == 0) {
    char byte = 0;
    const ssize_t count = read(file, &byte, 1);
    return count == 0  ? sha256_hex("")
           : count > 0 ? std::string("not available: the system does not tell its size")
                       : no_digest(errno);
  }
  const auto length = static_cast<std::size_t>(size);
  void* const content = mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file, 0);
  if (content == MAP_FAILED) {
    return no_digest(errno);
  }
  const std::string digest = sha256_hex({static_cast<const char*>(content), length});
  munmap(content, length);
  return digest;
}

/// SHA-256 of a file's content, or why there is none; empty if it is no file.
std::string file_digest(const std::string& name) {
  struct stat facts {};
  if (stat(name.c_str(), &facts) != 0) {
    return errno == EACCES ? no_digest(errno) : "";
  }
  if (!S_ISREG(facts.st_mode)) {
    return "";
  }
  const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 || fstat(file, &facts) != 0) {
    const int error = errno;
    close(file);
    return no_digest(error);
  }
  const std::string digest = content_digest(file, facts.st_size);
  close(file);
  return digest;
}

std::vector<std::string> reserved_name_problems(const CustomWorkload& workload) {
  std::vector<std::string> problems;
  for (const auto& [name, value] : workload.parameters) {
    if (name.ends_with(kDigestEnd)) {
      problems.push_back(
          fmt::format("--param {}: names that end in {} are for the digests of files that Assay takes; "
                      "choose another name",
                      one_line(name), kDigestEnd));
    }
  }
  return problems;
}

/// What a word names: itself, or what follows its first '='.
std::string value_of(const std::string& word) {
  const auto equals = word.find('=');
  return equals == std::string::npos ? word : word.substr(equals + 1);
}

}  // namespace

std::string without_folders(std::string_view word) {
  const auto slash = word.rfind('/');
  if (slash == std::string_view::npos) {
    return std::string(word);
  }
  const auto equals = word.find('=');
  const bool is_option = equals != std::string_view::npos && equals < word.find('/');
  return std::string(is_option ? word.substr(0, equals + 1) : std::string_view{}) + std::string(word.substr(slash + 1));
}

std::string CustomWorkload::shown() const {
  std::string text(kind == Kind::library ? kLibrary : kCommand);
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : " ") + without_folders(words[i]);
  }
  return text;
}

std::optional<CustomWorkload> custom_workload_from(std::string_view name,
                                                   const std::map<std::string, std::string>& parameters) {
  if (name.starts_with(kLibrary)) {
    return CustomWorkload{.kind = CustomWorkload::Kind::library,
                          .words = {std::string(name.substr(kLibrary.size()))},
                          .parameters = parameters};
  }
  if (name.starts_with(kCommand)) {
    return CustomWorkload{.kind = CustomWorkload::Kind::command,
                          .words = words_of_command(name.substr(kCommand.size())),
                          .parameters = parameters};
  }
  return std::nullopt;
}

std::string shown_workload(std::string_view name) {
  const auto custom = custom_workload_from(name, {});
  return custom ? custom->shown() : std::string(name);
}

std::vector<std::string> problems_of(const CustomWorkload& workload) {
  if (workload.words.empty() || workload.words.front().empty()) {
    return {workload.kind == CustomWorkload::Kind::library
                ? "workload 'lib:': name the file of the library, e.g. lib:./libmine.so"
                : "workload 'cmd:': name the program, e.g. cmd:./my-server"};
  }
  std::vector<std::string> problems = reserved_name_problems(workload);
  if (workload.kind == CustomWorkload::Kind::command) {
    (void)program_file(workload);
    const std::vector<std::string> of_process = process_problems(workload);
    problems.insert(problems.end(), of_process.begin(), of_process.end());
    return problems;
  }
  if (const std::string refusal = WorkloadLibrary(workload.words.front()).refusal(workload); !refusal.empty()) {
    problems.push_back(fmt::format("{}: {}", workload.shown(), refusal));
  }
  return problems;
}

std::map<std::string, std::string> identity_parameters(const CustomWorkload& workload) {
  std::map<std::string, std::string> parameters;
  const bool is_command = workload.kind == CustomWorkload::Kind::command;
  const std::string of_file = file_digest(is_command ? program_file(workload) : workload.words.front());
  parameters["file_sha256"] = of_file.empty() ? "not available: it is gone" : of_file;
  for (std::size_t i = 1; i < workload.words.size(); ++i) {
    if (const std::string digest = file_digest(value_of(workload.words[i])); !digest.empty()) {
      parameters[fmt::format("argument_{}_sha256", i)] = digest;
    }
  }
  for (const auto& [name, value] : workload.parameters) {
    parameters[name] = without_folders(value);
    if (const std::string digest = file_digest(value); !digest.empty()) {
      parameters[name + "_sha256"] = digest;
    }
  }
  return parameters;
}

KernelMaker maker_of(const CustomWorkload& workload, const std::vector<std::vector<int>>& worker_cpus) {
  if (workload.kind == CustomWorkload::Kind::library) {
    return [workload, library = std::make_shared<const WorkloadLibrary>(workload.words.front())](std::size_t) {
      return WorkloadLibrary::make(library, workload);
    };
  }
  return [workload, worker_cpus](std::size_t worker) {
    return make_process_kernel(workload,
                               {.worker = worker, .workers = worker_cpus.size(), .cpus = worker_cpus.at(worker)});
  };
}

}  // namespace assay
