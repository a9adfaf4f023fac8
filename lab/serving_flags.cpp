#include "lab/serving_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "harness/split.hpp"
#include "lab/latency_window_text.hpp"

namespace assay {

namespace {

constexpr std::string_view kWorkload = "llama";

template <class Value, std::size_t Count>
Value named(const std::string& text, const std::array<Value, Count>& values) {
  std::string names;
  for (const Value value : values) {
    if (text == name_of(value)) {
      return value;
    }
    names += (names.empty() ? "" : ", ") + std::string(name_of(value));
  }
  throw std::invalid_argument(fmt::format("'{}' is none of {}", text, names));
}

bool switch_from(const std::string& text) {
  if (text != "on" && text != "off") {
    throw std::invalid_argument(fmt::format("'{}' is none of on, off", text));
  }
  return text == "on";
}

double price_from(const std::string& text) {
  double price = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), price);
  constexpr double kMost = 1e6;
  if (error != std::errc{} || end != text.data() + text.size() || !(price > 0.0 && price <= kMost)) {
    throw std::invalid_argument(fmt::format("'{}': expected US dollars an hour above 0, e.g. 2.50", text));
  }
  return price;
}

}  // namespace

void read_workload(const std::string& text, WorkloadRequest& request, FlagReader& flags) {
  const std::string prefix = std::string(kWorkload) + ":";
  request.name = text.starts_with(prefix) ? std::string(kWorkload) : text;
  if (request.name == text) {
    return;
  }
  for (const std::string_view part : split(std::string_view(text).substr(prefix.size()), ',')) {
    const auto equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      flags.problem(fmt::format(
          "workload '{}': expected NAME=VALUE behind the colon, e.g. llama:preset=tiny,weights=int8", text));
      return;
    }
    const std::string name(part.substr(0, equals));
    if (!request.parameters.try_emplace(name, part.substr(equals + 1)).second) {
      flags.problem(fmt::format("workload '{}': {} is given twice", text, name));
    }
  }
}

void read_serving(FlagReader& flags, RunRequest& request) {
  ServingOptions& serving = request.workload.serving;
  ServingPolicy& policy = serving.policy;
  if (request.workload.name != kWorkload) {
    for (const RunFlag& flag : run_flags()) {
      if (flag.group == "Serving") {
        flags.with(flag.name, [](const std::string&) { throw std::invalid_argument("only workload llama serves"); });
      }
    }
    return;
  }
  flags.with("lengths", [&](const std::string& text) { serving.lengths = text; });
  flags.with("batching", [&](const std::string& text) {
    policy.batching = named(text, std::array{ServingBatching::static_, ServingBatching::continuous});
  });
  flags.small_count("max-slots", policy.max_slots);
  flags.small_count("token-budget", policy.token_budget);
  flags.with("chunked-prefill", [&](const std::string& text) { policy.chunked_prefill = switch_from(text); });
  flags.with("prefill-first", [&](const std::string& text) { policy.prefill_first = switch_from(text); });
  flags.with("kv", [&](const std::string& text) {
    policy.kv = named(text, std::array{KvLayout::contiguous, KvLayout::reserved, KvLayout::paged});
  });
  flags.with("kv-dtype", [&](const std::string& text) {
    serving.kv_format = named(text, std::array{KvFormat::bf16, KvFormat::fp8, KvFormat::int8});
  });
  flags.count("kv-tokens", serving.kv_tokens);
  flags.with("prefix-cache", [&](const std::string& text) { policy.prefix_cache = switch_from(text); });
  flags.with("admission", [&](const std::string& text) {
    policy.admission = named(text, std::array{Admission::fcfs, Admission::sjf, Admission::slo});
  });
  const auto of_gpu = [&](const char* name, const auto& read) {
    flags.with(name, [&](const std::string& text) {
      serving.gpu_flags.emplace_back(name);
      read(text);
    });
  };
  of_gpu("graphs", [&](const std::string& text) { serving.graphs = switch_from(text); });
  of_gpu("async-sched", [&](const std::string& text) { serving.async_sched = switch_from(text); });
  of_gpu("tp-shard", [&](const std::string& text) {
    constexpr std::array<std::string_view, 4> kRanks{"1", "2", "4", "8"};
    const auto* const rank = std::ranges::find(kRanks, text);
    if (rank == kRanks.end()) {
      throw std::invalid_argument("'" + text + "' is none of 1, 2, 4, 8");
    }
    serving.tp_shard = 1U << static_cast<unsigned>(rank - kRanks.begin());
  });
  flags.with("price-per-hour", [&](const std::string& text) { serving.price_per_hour = price_from(text); });
  policy.first_token_limit = request.settings.target_first_token.value_or(kNever);
  policy.token_time_limit = request.settings.target_token_time.value_or(kNever);
}

}  // namespace assay
