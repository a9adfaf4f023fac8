#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/mlperf_log.hpp"
#include "analysis/mlperf_log_lines.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

namespace {

using nlohmann::json;

constexpr std::string_view kMarker = ":::MLLOG";
/// Of a rank or a stream name before the marker, as "0: " or "[1,0]<stdout>:".
constexpr std::size_t kLongestPrefix = 64;

/// The first value of each key.
using Messages = std::map<std::string, json, std::less<>>;

bool flag(const json& message, const char* name) {
  const auto metadata = message.find("metadata");
  if (metadata == message.end() || !metadata->is_object()) {
    return false;
  }
  const auto found = metadata->find(name);
  return found != metadata->end() && found->is_boolean() && found->get<bool>();
}

/// Takes one line with the marker; false where it is no message.
bool take_message(std::string_view text, Messages& messages, MlperfLog& log) {
  json message;
  try {
    message = parse_untrusted_json(text, "", "a message");
  } catch (const std::runtime_error&) {
    return false;
  }
  if (!message.is_object() || !message.contains("key") || !message["key"].is_string() || !message.contains("value")) {
    return false;
  }
  ++log.message_count;
  log.error_count += std::uint64_t{flag(message, "is_error")};
  log.warning_count += std::uint64_t{flag(message, "is_warning")};
  messages.try_emplace(message["key"].get<std::string>(), message["value"]);
  return true;
}

std::string text_of(const Messages& messages, std::string_view key) {
  const auto found = messages.find(key);
  return found != messages.end() && found->second.is_string() ? found->second.get<std::string>() : "";
}

std::optional<double> number_of(const Messages& messages, std::string_view key) {
  const auto found = messages.find(key);
  if (found == messages.end() || !found->second.is_number()) {
    return std::nullopt;
  }
  const double value = found->second.get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

/// What lies between two ends, nothing where they do not fit.
std::optional<std::string_view> between(std::string_view key, std::string_view begin, std::string_view end) {
  if (!key.starts_with(begin) || !key.ends_with(end) || key.size() <= begin.size() + end.size()) {
    return std::nullopt;
  }
  return key.substr(begin.size(), key.size() - begin.size() - end.size());
}

struct TimeKey {
  const char* quantity;
  std::string_view begin;
  std::string_view end;
};

/// In this order: the end of a later one fits an earlier one's keys too.
constexpr std::array kTimeKeys{
    TimeKey{"first token", "result_first_token_", "_percentile_latency_ns"},
    TimeKey{"first token", "result_first_token_", "_latency_ns"},
    TimeKey{"time per output token", "result_time_per_output_token_", "_percentile_ns"},
    TimeKey{"time per output token", "result_time_to_output_token_", ""},
    TimeKey{"latency per query", "result_", "_percentile_per_query_latency_ns"},
    TimeKey{"latency per query", "result_", "_query_latency_ns"},
    TimeKey{"latency", "result_", "_percentile_latency_ns"},
    TimeKey{"latency", "result_", "_latency_ns"},
};

std::optional<MlperfTime> time_of(const std::string& key, double value_ns) {
  for (const TimeKey& known : kTimeKeys) {
    if (const auto middle = between(key, known.begin, known.end)) {
      const bool extreme = *middle == "min" || *middle == "mean" || *middle == "max";
      const std::string statistic = extreme ? std::string(*middle) : percentile_statistic(*middle);
      if (!statistic.empty()) {
        return MlperfTime{.quantity = known.quantity, .statistic = statistic, .value_s = value_ns * kNanosecondInS};
      }
    }
  }
  return std::nullopt;
}

struct HeadlineKey {
  std::string_view scenario;
  std::string_view key;
  const char* name;
  const char* unit;
  double factor;
};

/// What the submission checker reads as the result of each scenario; the first that is there.
constexpr std::array kHeadlines{
    HeadlineKey{"SingleStream", "early_stopping_latency_ss", "P90 latency (early stopping)", "s", kNanosecondInS},
    HeadlineKey{"MultiStream", "early_stopping_latency_ms", "P99 latency per query (early stopping)", "s",
                kNanosecondInS},
    HeadlineKey{"Server", "result_completed_tokens_per_second", "completed tokens per second", "tokens/s", 1.0},
    HeadlineKey{"Server", "result_completed_samples_per_sec", "completed samples per second", "samples/s", 1.0},
    HeadlineKey{"Offline", "result_tokens_per_second", "tokens per second", "tokens/s", 1.0},
    HeadlineKey{"Offline", "result_samples_per_second", "samples per second", "samples/s", 1.0},
};

void take_headline(const Messages& messages, MlperfLog& log) {
  for (const HeadlineKey& known : kHeadlines) {
    const auto value = number_of(messages, known.key);
    // LoadGen writes 0 where early stopping gave no estimate.
    if (known.scenario == log.scenario && value && *value > 0.0) {
      log.headline_name = known.name;
      log.headline_unit = known.unit;
      log.headline = *value * known.factor;
      return;
    }
  }
}

void take_facts(const Messages& messages, MlperfLog& log) {
  log.loadgen_version = text_of(messages, "loadgen_version");
  log.system_under_test = text_of(messages, "sut_name");
  log.scenario = text_of(messages, "effective_scenario");
  log.mode = text_of(messages, "effective_test_mode");
  if (const std::string verdict = text_of(messages, "result_validity"); verdict == "VALID" || verdict == "INVALID") {
    log.valid = verdict == "VALID";
  }
  log.invalid_reason = text_of(messages, "result_invalid_reason");
  log.early_stopping = text_of(messages, "early_stopping_result");
  constexpr double kMostCount = 9.0e15;
  if (const auto count = number_of(messages, "result_query_count"); count && *count >= 0.0 && *count < kMostCount) {
    log.query_count = static_cast<std::uint64_t>(*count);
  }
  log.target_rate_hz = number_of(messages, "effective_target_qps");
  log.target_latency_s = scaled(number_of(messages, "effective_target_latency_ns"), kNanosecondInS);
  log.min_duration_s = scaled(number_of(messages, "effective_min_duration_ms"), 1e-3);
  take_headline(messages, log);
  for (const auto& [key, value] : messages) {
    if (value.is_number() && std::isfinite(value.get<double>())) {
      if (auto time = time_of(key, value.get<double>())) {
        log.times.push_back(std::move(*time));
      }
    }
  }
  sort_times(log.times);
}

}  // namespace

MlperfLog mlperf_detail_from_text(std::string_view text, std::string_view source_name) {
  require_log_size(text, source_name);
  MlperfLog log;
  log.from_detail = true;
  Messages messages;
  each_log_line(text, [&](std::string_view line, std::size_t number) {
    const std::size_t marker = line.substr(0, kLongestPrefix + kMarker.size()).find(kMarker);
    if (marker == std::string_view::npos || take_message(line.substr(marker + kMarker.size()), messages, log)) {
      return;
    }
    log.first_skipped = log.skipped_count++ == 0 ? number : log.first_skipped;
  });
  if (messages.empty()) {
    throw std::runtime_error(
        fmt::format("{}: no line '{} {{\"key\": ..., \"value\": ...}}' in it", source_name, kMarker));
  }
  take_facts(messages, log);
  return log;
}

}  // namespace assay
