#include "tests/structure/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

namespace assay {
namespace {

bool is_cpp(const SourceFile& file) {
  return file.extension() == ".cpp" || file.extension() == ".hpp" || file.extension() == ".cu" ||
         file.extension() == ".cuh" || file.path.ends_with(".cpp.in");
}

bool is_header(const SourceFile& file) { return file.extension() == ".hpp" || file.extension() == ".cuh"; }

/// The rules and their own tests quote what they forbid.
bool quotes_rules(const SourceFile& file) { return file.path.starts_with("tests/structure/"); }

/// Calls report(line number, line) for each line of the file.
template <class Report>
void each_line(const SourceFile& file, const Report& report) {
  std::size_t number = 0;
  for (const std::string_view line : file.lines()) {
    report(++number, line);
  }
}

/// Everything before "//": good enough for calls and types, which no string of ours contains.
std::string_view without_comment(std::string_view line) { return line.substr(0, line.find("//")); }

/// The path inside `#include "..."` or `#include <...>`, with the opening character in front; empty otherwise.
std::string included(std::string_view line) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*(["<][^">]+)[">])");
  std::match_results<std::string_view::const_iterator> match;
  return std::regex_search(line.begin(), line.end(), match, kInclude) ? match[1].str() : std::string{};
}

/// Which of our folders a file of `folder` may include from, besides its own.
const std::set<std::string_view>* allowed_folders(std::string_view folder) {
  static const std::vector<std::pair<std::string_view, std::set<std::string_view>>> kAllowed{
      {"harness", {}},
      {"kernels", {"harness"}},
      {"loadgen", {"harness"}},
      {"analysis", {"harness", "loadgen"}},
      {"scenarios", {"harness", "kernels", "loadgen", "analysis"}},
      {"lab", {"harness", "kernels", "loadgen", "analysis", "scenarios"}},
      {"tests", {"harness", "kernels", "loadgen", "analysis", "scenarios", "lab", "tools"}}};
  const auto found = std::find_if(kAllowed.begin(), kAllowed.end(), [&](const auto& e) { return e.first == folder; });
  return found == kAllowed.end() ? nullptr : &found->second;
}

/// What analysis may know of loadgen and may not know of harness: records, never a clock or a dispatcher.
constexpr std::array<std::string_view, 6> kLoadgenRecords{"loadgen/query.hpp",         "loadgen/query_record.hpp",
                                                          "loadgen/scenario.hpp",      "loadgen/test_result.hpp",
                                                          "loadgen/test_settings.hpp", "loadgen/arrival_process.hpp"};
constexpr std::array<std::string_view, 3> kClocks{"harness/clock.hpp", "harness/steady_clock.hpp",
                                                  "harness/simulated_clock.hpp"};

template <class Range>
bool contains(const Range& range, std::string_view wanted) {
  return std::find(range.begin(), range.end(), wanted) != range.end();
}

std::string include_problem(const SourceFile& file, std::string_view target) {
  const std::size_t slash = target.find('/');
  if (slash == std::string_view::npos) {
    return "includes \"" + std::string(target) + "\": paths start at the root";
  }
  const std::string_view from = target.substr(0, slash);
  if (from == file.folder()) {
    return {};
  }
  const std::set<std::string_view>* allowed = allowed_folders(file.folder());
  if (!allowed->contains(from)) {
    return std::string(file.folder()) + " must not include " + std::string(target);
  }
  if (file.folder() == "analysis" && from == "loadgen" && !contains(kLoadgenRecords, target)) {
    return "analysis knows the records of loadgen only, not " + std::string(target);
  }
  if (file.folder() == "analysis" && contains(kClocks, target)) {
    return "analysis knows no clock, but includes " + std::string(target);
  }
  return {};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  return out << finding.path << ':' << finding.line << ": " << finding.message;
}

Findings check_include_direction(const SourceFile& file) {
  Findings findings;
  if (!is_cpp(file) || allowed_folders(file.folder()) == nullptr) {
    return findings;
  }
  each_line(file, [&](std::size_t number, std::string_view line) {
    const std::string target = included(line);
    if (target.empty() || target.front() != '"') {
      return;
    }
    std::string problem = include_problem(file, std::string_view(target).substr(1));
    if (!problem.empty()) {
      findings.push_back({file.path, number, std::move(problem)});
    }
  });
  return findings;
}

Findings check_own_header_first(const std::vector<SourceFile>& tree) {
  std::set<std::string_view> paths;
  for (const SourceFile& file : tree) {
    paths.insert(file.path);
  }
  Findings findings;
  for (const SourceFile& file : tree) {
    const std::string own = file.path.substr(0, file.path.rfind('.')) + ".hpp";
    if (file.extension() != ".cpp" || !paths.contains(own)) {
      continue;
    }
    std::size_t first_line = 0;
    std::string first;
    each_line(file, [&](std::size_t number, std::string_view line) {
      if (first.empty()) {
        first = included(line);
        first_line = number;
      }
    });
    if (first != '"' + own) {
      findings.push_back({file.path, first_line, "the first include must be \"" + own + "\""});
    }
  }
  return findings;
}

Findings check_file_size(const SourceFile& file) {
  constexpr std::size_t kLongestSource = 399;
  constexpr std::size_t kLongestHeader = 200;
  if (!is_cpp(file)) {
    return {};
  }
  const std::size_t longest = is_header(file) ? kLongestHeader : kLongestSource;
  const std::size_t lines = file.lines().size();
  if (lines <= longest) {
    return {};
  }
  return {{file.path, lines,
           "has " + std::to_string(lines) + " lines, at most " + std::to_string(longest) +
               " are allowed: look for the second concept"}};
}

Findings check_pragma_once(const SourceFile& file) {
  if (!is_header(file)) {
    return {};
  }
  for (const std::string_view line : file.lines()) {
    if (line.starts_with("#")) {
      return line == "#pragma once" ? Findings{} : Findings{{file.path, 0, "does not begin with #pragma once"}};
    }
  }
  return {{file.path, 0, "has no #pragma once"}};
}

Findings check_no_sleep_in_tests(const SourceFile& file) {
  // sleep_until is a member of our own clocks; std::this_thread's is caught by its namespace.
  static const std::regex kSleep(
      R"(\b(this_thread::sleep_\w+|sleep_for|usleep|nanosleep|clock_nanosleep)\b|::sleep\()");
  Findings findings;
  if (file.folder() != "tests" || !is_cpp(file) || quotes_rules(file)) {
    return findings;
  }
  each_line(file, [&](std::size_t number, std::string_view line) {
    const std::string code(without_comment(line));
    if (std::regex_search(code, kSleep)) {
      findings.push_back({file.path, number, "sleeps: use the simulated clock, or wait for the event"});
    }
  });
  return findings;
}

Findings check_clocks(const SourceFile& file) {
  Findings findings;
  if (!is_cpp(file) || quotes_rules(file)) {
    return findings;
  }
  const bool may_know_the_date = file.folder() == "lab" || file.path.starts_with("analysis/run_file");
  each_line(file, [&](std::size_t number, std::string_view line) {
    const std::string_view code = without_comment(line);
    if (code.find("high_resolution_clock") != std::string_view::npos) {
      findings.push_back({file.path, number, "high_resolution_clock is an alias that differs between libraries"});
    }
    if (!may_know_the_date && code.find("system_clock") != std::string_view::npos) {
      findings.push_back({file.path, number, "system_clock can be set back; take the Clock you are handed"});
    }
    if (file.folder() != "harness" && code.find("chrono::steady_clock") != std::string_view::npos) {
      findings.push_back({file.path, number, "steady_clock is slewed by NTP; take the Clock you are handed"});
    }
  });
  return findings;
}

Findings check_words(const SourceFile& file) {
  static const std::regex kOwnMachine(R"((^|[^\w.}])/(home|root|Users|tmp)/)");
  static const std::regex kNoteToSelf(R"(\b(TODO|FIXME|XXX|HACK|WIP)\b)");
  // The one file that has a fixed place outside the results folder: the lock that makes measurements wait.
  constexpr std::string_view kLockFile = "/tmp/assay.lock";
  Findings findings;
  if (quotes_rules(file)) {
    return findings;
  }
  each_line(file, [&](std::size_t number, std::string_view line) {
    std::string text(line);
    for (std::size_t at = text.find(kLockFile); at != std::string::npos; at = text.find(kLockFile)) {
      text.erase(at, kLockFile.size());
    }
    if (std::regex_search(text, kOwnMachine)) {
      findings.push_back({file.path, number, "names a path of one machine"});
    }
    if (std::regex_search(text, kNoteToSelf)) {
      findings.push_back({file.path, number, "holds a note to self: do it, or describe it where work is tracked"});
    }
  });
  return findings;
}

Findings check_file_name(const SourceFile& file) {
  static const std::regex kNoConcept(R"((^|[/_])(utils?|common|helpers?|misc)([_.][^/]*)?$)");
  if (!is_cpp(file) || !std::regex_search(file.path, kNoConcept)) {
    return {};
  }
  return {{file.path, 0, "is named after no concept"}};
}

Findings check_cuda_includes(const SourceFile& file) {
  static const std::regex kCuda(R"(^[<"](cuda|cublas|cudnn|nvml|nvtx)[\w./]*\.h)");
  constexpr std::string_view kStandIns = "tests/kernels/cuda_on_host/";  // headers of these names, made for the CPU
  Findings findings;
  if (!is_cpp(file) || file.path.starts_with("kernels/cuda/") || file.path.starts_with(kStandIns)) {
    return findings;
  }
  each_line(file, [&](std::size_t number, std::string_view line) {
    if (std::regex_search(included(line), kCuda)) {
      findings.push_back({file.path, number, "includes a GPU header outside kernels/cuda"});
    }
  });
  return findings;
}

Findings check_listed_in_cmake(const std::vector<SourceFile>& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (file.extension() != ".cpp" || allowed_folders(file.folder()) == nullptr) {
      continue;
    }
    const bool listed = std::any_of(tree.begin(), tree.end(), [&](const SourceFile& list) {
      // A list that two builds share is a file of its own.
      const std::size_t slash = list.path.rfind('/');
      const std::size_t name_at = slash == std::string::npos ? 0 : slash + 1;
      const std::string_view list_name = std::string_view(list.path).substr(name_at);
      if (list_name != "CMakeLists.txt" && list_name != "sources.cmake") {
        return false;
      }
      const std::string_view base = std::string_view(list.path).substr(0, name_at);
      if (base.empty() || !file.path.starts_with(base)) {
        return false;
      }
      const std::string name = file.path.substr(base.size());
      for (std::size_t at = list.text.find(name); at != std::string::npos; at = list.text.find(name, at + 1)) {
        constexpr std::string_view kEdges = " \t\n()\"";
        const bool starts = at == 0 || kEdges.find(list.text[at - 1]) != std::string_view::npos;
        const std::size_t end = at + name.size();
        if (starts && (end == list.text.size() || kEdges.find(list.text[end]) != std::string_view::npos)) {
          return true;
        }
      }
      return false;
    });
    if (!listed) {
      findings.push_back({file.path, 0, "is in no CMakeLists.txt of its folder, so nothing compiles it"});
    }
  }
  return findings;
}

Findings check_types_have_one_definition(const std::vector<SourceFile>& tree) {
  // The formatter puts what is at namespace scope into the first column, and names the namespace at its end.
  static const std::regex kOpens(R"(^(?:inline )?namespace\s*([\w:]*)\s*\{$)");
  static const std::regex kDefines(
      R"(^(?:class|struct|enum class|enum|union)\s+(?:alignas\(\w+\)\s+)?(\w+)(?:\s*[{<]|\s+(?::\s|final)))");
  Findings findings;
  std::map<std::string, std::string_view> places;
  for (const SourceFile& file : tree) {
    if (!is_cpp(file) || allowed_folders(file.folder()) == nullptr || quotes_rules(file)) {
      continue;
    }
    std::vector<std::string> scopes;
    each_line(file, [&](std::size_t number, std::string_view line) {
      std::match_results<std::string_view::const_iterator> match;
      if (std::regex_match(line.begin(), line.end(), match, kOpens)) {
        scopes.push_back(match[1].str());
      } else if (line.starts_with("}  // namespace") && !scopes.empty()) {
        scopes.pop_back();
      } else if (!line.ends_with(';') && !contains(scopes, "") &&
                 std::regex_search(line.begin(), line.end(), match, kDefines)) {
        std::string name;
        for (const std::string& scope : scopes) {
          name += scope + "::";
        }
        name += match[1].str();
        const std::string_view place = places.emplace(name, file.path).first->second;
        if (place != file.path) {  // in one file: specialisations
          findings.push_back({file.path, number, name + " is defined in " + std::string(place) + " too"});
        }
      }
    });
  }
  return findings;
}

}  // namespace assay
