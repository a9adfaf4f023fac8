#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "analysis/mlperf_log.hpp"
#include "analysis/mlperf_log_lines.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/file_source.hpp"

namespace assay {

namespace {

/// "99.00 percentile latency (ns)   : 812" and its like.
std::optional<MlperfTime> time_of(std::string_view name, double value_ns, bool per_query) {
  struct Ending {
    std::string_view text;
    const char* quantity;
  };
  constexpr std::array kEndings{Ending{" percentile first token latency (ns)", "first token"},
                                Ending{" First Token latency (ns)", "first token"},
                                Ending{" percentile time to output token (ns)", "time per output token"},
                                Ending{" Time to Output Token (ns)", "time per output token"},
                                Ending{" percentile latency (ns)", "latency"},
                                Ending{" latency (ns)", "latency"}};
  const auto* const ending = std::ranges::find_if(kEndings, [&](const Ending& e) { return name.ends_with(e.text); });
  if (ending == kEndings.end()) {
    return std::nullopt;
  }
  const std::string_view first = name.substr(0, name.size() - ending->text.size());
  const std::string statistic = first == "Min"    ? "min"
                                : first == "Max"  ? "max"
                                : first == "Mean" ? "mean"
                                                  : percentile_statistic(first);
  if (statistic.empty()) {
    return std::nullopt;
  }
  const std::string quantity = ending->quantity;
  return MlperfTime{.quantity = per_query && quantity == "latency" ? "latency per query" : quantity,
                    .statistic = statistic,
                    .value_s = value_ns * kNanosecondInS};
}

class SummaryReader {
 public:
  MlperfLog log;

  void take(std::string_view line) {
    if (line.starts_with("Per-query latency")) {
      per_query_ = true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      count_errors(line);
      return;
    }
    const std::string name = trimmed(line.substr(0, colon));
    const std::string value = trimmed(line.substr(colon + 1));
    take_text(name, value);
    if (const auto number = log_number(value)) {
      take_number(name, *number);
    }
  }

 private:
  /// "1 ERROR encountered. See detailed log."
  void count_errors(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const auto number = log_number(line.substr(0, blank));
    if (blank == std::string_view::npos || !number || *number < 0.0 || *number > 1e9) {
      return;
    }
    const std::string_view rest = line.substr(blank + 1);
    if (rest.starts_with("ERROR")) {
      log.error_count = static_cast<std::uint64_t>(*number);
    } else if (rest.starts_with("warning") || rest.starts_with("WARNING")) {
      log.warning_count = static_cast<std::uint64_t>(*number);
    }
  }

  void take_text(std::string_view name, std::string_view value) {
    const auto keep = [&](std::string_view wanted, std::string& place) {
      if (name == wanted && place.empty()) {
        place = value;
        ++log.message_count;
      }
    };
    keep("SUT name", log.system_under_test);
    keep("Scenario", log.scenario);
    keep("Mode", log.mode);
    if (name == "Result is" && (value == "VALID" || value == "INVALID") && !log.valid) {
      log.valid = value == "VALID";
      ++log.message_count;
    }
  }

  void take_headline(const char* name, const char* unit, double value) {
    if (!log.headline) {
      log.headline_name = name;
      log.headline_unit = unit;
      log.headline = value;
    }
  }

  void take_number(std::string_view name, double value) {
    if (name.starts_with("* Early stopping 9") && name.ends_with("th percentile estimate")) {
      const bool single = log.scenario == "SingleStream";
      if (single ? name.find(" 90") != std::string_view::npos : log.scenario == "MultiStream") {
        take_headline(single ? "P90 latency (early stopping)" : "P99 latency per query (early stopping)", "s",
                      value * kNanosecondInS);
      }
    } else if (name == "Completed samples per second") {
      take_headline("completed samples per second", "samples/s", value);
    } else if (name == "Samples per second") {
      take_headline("samples per second", "samples/s", value);
    } else if (name == "target_qps") {
      log.target_rate_hz = value;
    } else if (name == "target_latency (ns)") {
      log.target_latency_s = value * kNanosecondInS;
    } else if (name == "min_duration (ms)") {
      log.min_duration_s = value * 1e-3;
    } else if (auto time = time_of(name, value, per_query_)) {
      log.times.push_back(std::move(*time));
    }
  }

  bool per_query_ = false;
};

}  // namespace

void require_log_size(std::string_view text, std::string_view source_name) {
  if (text.size() > kLargestUntrustedFile) {
    throw std::runtime_error(
        fmt::format("{}: over {} bytes; a log of LoadGen has at most that", source_name, kLargestUntrustedFile));
  }
}

std::string percentile_statistic(std::string_view percent) {
  const auto value = log_number(percent);
  constexpr double kHundred = 100.0;
  if (!value || *value <= 0.0 || *value > kHundred ||
      percent.find_first_not_of("0123456789.") != std::string_view::npos) {
    return "";
  }
  return fmt::format("p{:.6g}", *value);
}

std::optional<double> log_number(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  if (text.empty() || text.size() > kLongest || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  return end == copy.c_str() + copy.size() && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void sort_times(std::vector<MlperfTime>& times) {
  const auto rank = [](const MlperfTime& time) {
    constexpr double kBehindAll = 1000.0;
    const double place = time.statistic == "min"    ? -2.0
                         : time.statistic == "mean" ? -1.0
                         : time.statistic == "max"  ? kBehindAll
                                                    : log_number(time.statistic.substr(1)).value_or(0.0);
    return std::pair(time.quantity, place);
  };
  std::ranges::stable_sort(times, {}, rank);
}

MlperfLog mlperf_summary_from_text(std::string_view text, std::string_view source_name) {
  require_log_size(text, source_name);
  SummaryReader reader;
  each_log_line(text, [&](std::string_view line, std::size_t /*number*/) { reader.take(line); });
  if (!reader.log.valid && reader.log.scenario.empty()) {
    throw std::runtime_error(fmt::format("{}: neither 'Scenario :' nor 'Result is :' in it", source_name));
  }
  sort_times(reader.log.times);
  return std::move(reader.log);
}

std::vector<std::string> mlperf_disagreements(const MlperfLog& detail, const MlperfLog& summary) {
  std::vector<std::string> found;
  if (detail.valid && summary.valid && *detail.valid != *summary.valid) {
    found.push_back(fmt::format("the detail log says {}, the summary {}", *detail.valid ? "VALID" : "INVALID",
                                *summary.valid ? "VALID" : "INVALID"));
  }
  if (!detail.scenario.empty() && !summary.scenario.empty() && detail.scenario != summary.scenario) {
    found.emplace_back("the two logs name different scenarios: they are not of one run");
  }
  constexpr double kRounding = 0.01;  // the summary prints two decimals of rates
  if (detail.headline && summary.headline && detail.headline_name == summary.headline_name &&
      std::abs(*detail.headline - *summary.headline) > kRounding * std::max(1e-12, std::abs(*detail.headline))) {
    found.emplace_back("the two logs report different results: they are not of one run, or one was edited");
  }
  return found;
}

}  // namespace assay
