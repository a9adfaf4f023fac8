#include "lab/run_request_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "harness/file_source.hpp"
#include "harness/quantity.hpp"
#include "lab/arrival_text.hpp"
#include "lab/command_error.hpp"
#include "lab/device_flag.hpp"
#include "lab/flag_reader.hpp"
#include "lab/interference_text.hpp"
#include "lab/latency_window_text.hpp"
#include "lab/limit_flags.hpp"
#include "lab/remote_flags.hpp"
#include "lab/serving_flags.hpp"
#include "loadgen/trace_file.hpp"
#include "scenarios/shipped_envelopes.hpp"

namespace assay {

namespace {

SampleSelection selection_from(const std::string& text) {
  if (text == "with-replacement") {
    return SampleSelection::with_replacement;
  }
  if (text == "equal-issue") {
    return SampleSelection::equal_issue;
  }
  if (text == "unique") {
    return SampleSelection::unique;
  }
  if (text == "same") {
    return SampleSelection::same;
  }
  throw std::invalid_argument(fmt::format("'{}' is none of with-replacement, equal-issue, unique, same", text));
}

Scenario scenario_of(FlagReader& flags) {
  Scenario scenario = Scenario::single_stream;
  flags.with("scenario", [&](const std::string& text) {
    const auto found = scenario_from_flag(text);
    if (!found) {
      throw std::invalid_argument(fmt::format("'{}' is none of single, multi, server, offline", text));
    }
    scenario = *found;
  });
  return scenario;
}

void read_random(FlagReader& flags, RunRequest& request) {
  flags.count("seed", request.seed);
  request.settings.seeds = Seeds::from(request.seed);
  flags.with("stream", [&](const std::string& text) {
    if (text == "mlperf") {
      request.settings.stream = RandomStream::mlperf;
      request.settings.seeds = Seeds::mlperf_v6_1();
    } else if (text != "assay") {
      throw std::invalid_argument(fmt::format("'{}' is none of assay, mlperf", text));
    }
  });
  flags.with("seeds", [&](const std::string& text) {
    const auto first = text.find(',');
    const auto second = first == std::string::npos ? first : text.find(',', first + 1);
    if (second == std::string::npos) {
      throw std::invalid_argument(fmt::format("'{}': expected three numbers with commas between them", text));
    }
    Seeds& seeds = request.settings.seeds;
    seeds.sample_library = parse_count(text.substr(0, first));
    seeds.sample_index = parse_count(text.substr(first + 1, second - first - 1));
    seeds.schedule = parse_count(text.substr(second + 1));
  });
}

void read_rate(FlagReader& flags, RunRequest& request, bool& rate_given) {
  flags.with("rate", [&](const std::string& text) {
    rate_given = true;
    const double rate = parse_rate(text);
    if (request.settings.scenario == Scenario::server) {
      request.settings.server_target_qps = rate;
    } else if (request.settings.scenario == Scenario::offline) {
      request.offline_rate = rate;
      request.settings.offline_expected_qps = rate;
    } else {
      throw std::invalid_argument(
          fmt::format("{} has no rate of its own: the next query follows the last answer; use --scenario server",
                      title_of(request.settings.scenario)));
    }
  });
}

void read_arrivals(FlagReader& flags, RunRequest& request, bool& rate_given) {
  TestSettings& settings = request.settings;
  flags.with("arrivals", [&](const std::string& text) {
    if (settings.scenario != Scenario::server) {
      throw std::invalid_argument("only Server has arrivals; use --scenario server");
    }
    const bool rate_asked = rate_given;
    rate_given = rate_given || text.starts_with("cameras");  // its rate is its own, also where it is not understood
    settings.arrivals = parse_arrivals(text);
    if (auto* trace = std::get_if<TraceArrivals>(&settings.arrivals)) {
      const double recorded_hz = mean_rate_hz(trace->offsets);
      if (rate_given && trace->speed != 1.0) {
        throw std::invalid_argument(
            fmt::format("'{}' has a speed and --rate asks for another; give one of them", text));
      }
      if (rate_given) {
        trace->speed = settings.server_target_qps / recorded_hz;
      }
      settings.server_target_qps = recorded_hz * trace->speed;
      rate_given = true;
    } else if (const auto* cameras = std::get_if<CameraArrivals>(&settings.arrivals)) {
      settings.server_target_qps = rate_asked ? settings.server_target_qps : cameras->rate_hz();
    }
  });
  if (settings.scenario == Scenario::server && !rate_given) {
    flags.problem("--rate: Server needs the mean arrivals per second, e.g. --rate 200; assay peak finds the highest");
  }
}

/// One percentile holds for all windows of a test.
void read_windows(FlagReader& flags, TestSettings& settings) {
  std::optional<Percentile> named;
  const auto read = [&](std::string_view flag, std::optional<Nanoseconds>& limit) {
    flags.with(flag, [&](const std::string& text) {
      const RequestedWindow window = parse_latency_window(text);
      limit = window.limit;
      if (!window.percentile) {
        return;
      }
      if (named && named->parts_per_million() != window.percentile->parts_per_million()) {
        throw std::invalid_argument(
            fmt::format("'{}' asks for another percentile than the window before it, {}: one holds for all windows",
                        text, named->name()));
      }
      named = window.percentile;
      settings.target_percentile_ppm = named->parts_per_million();
    });
  };
  read("slo", settings.target_latency);
  read("ttft", settings.target_first_token);
  read("tpot", settings.target_token_time);
}

void read_traffic(FlagReader& flags, RunRequest& request) {
  TestSettings& settings = request.settings;
  flags.with("mode", [&](const std::string& text) {
    if (text == "accuracy") {
      settings.mode = TestMode::accuracy;
    } else if (text != "performance") {
      throw std::invalid_argument(fmt::format("'{}' is none of performance, accuracy", text));
    }
  });
  bool rate_given = settings.mode == TestMode::accuracy;
  read_rate(flags, request, rate_given);
  read_arrivals(flags, request, rate_given);
  read_windows(flags, settings);
  flags.with("late-frames", [&](const std::string& text) { settings.late_frames = parse_late_frames(text); });
  flags.count("samples-per-query", settings.samples_per_query);
  flags.small_count("issuing-threads", settings.issuing_threads);
  flags.count("max-outstanding", settings.max_outstanding);
  flags.with("selection", [&](const std::string& text) { settings.selection = selection_from(text); });
  flags.small_count("same-index", settings.same_index);
}

void read_length(FlagReader& flags, RunRequest& request) {
  TestSettings& settings = request.settings;
  flags.duration("duration", settings.min_duration);
  flags.duration("max-duration", settings.max_duration);
  flags.count("min-queries", settings.min_query_count);
  flags.count("max-queries", settings.max_query_count);
  flags.duration("warmup", request.warm_up);
  flags.duration("drain", settings.drain_timeout);
}

void read_soak(FlagReader& flags, RunRequest& request) {
  flags.with("soak", [&](const std::string&) { request.soak.emplace(); });
  flags.with("ambient", [&](const std::string& text) {
    if (!request.soak) {
      throw std::invalid_argument("only a soak notes the temperature of the room; add --soak");
    }
    constexpr double kLowest = -60.0;
    constexpr double kHighest = 100.0;
    const char* const end = text.data() + text.size() - (text.ends_with('C') ? 1 : 0);
    double celsius = 0.0;
    const auto [rest, error] = std::from_chars(text.data(), end, celsius);
    if (error != std::errc{} || rest != end || !(celsius >= kLowest && celsius <= kHighest)) {
      throw std::invalid_argument(
          fmt::format("'{}': expected degrees Celsius from {} to {}, e.g. 23", text, kLowest, kHighest));
    }
    request.soak->ambient_c = celsius;
  });
}

void read_work(FlagReader& flags, RunRequest& request) {
  WorkloadRequest& workload = request.workload;
  flags.with("batch", [&](const std::string& text) { workload.batching.max_batch = parse_count(text); });
  flags.duration("batch-timeout", workload.batching.timeout);
  flags.count("loaded-samples", request.settings.performance_sample_count);
  flags.with("library-samples", [&](const std::string& text) {
    workload.numbered_samples = parse_count(text);
    if (workload.name != "synthetic" && workload.name != "null") {
      throw std::invalid_argument("only workloads synthetic and null have a library without content");
    }
    constexpr std::uint64_t kMost = 100'000'000;
    if (workload.numbered_samples == 0 || workload.numbered_samples > kMost) {
      throw std::invalid_argument(fmt::format("'{}': must be within 1 and {}", text, kMost));
    }
  });
  flags.with("law", [&](const std::string& text) {
    const auto shape = law_shape_from_name(text);
    if (!shape) {
      throw std::invalid_argument(
          fmt::format("'{}' is none of constant, exponential, lognormal, gamma, bimodal", text));
    }
    workload.law.shape = *shape;
  });
  flags.duration("mean", workload.law.mean);
  flags.duration("sd", workload.law.standard_deviation);
  for (const std::string_view flag : {"law", "mean", "sd"}) {
    flags.with(flag, [&](const std::string&) {
      if (workload.name != "synthetic") {
        throw std::invalid_argument("only workload synthetic follows a stated law");
      }
    });
  }
}

std::vector<int> cpus_from(const std::string& text) {
  std::vector<int> cpus = cpu_list(text);
  if (cpus.empty() || cpu_list_text(cpus) != text) {
    throw std::invalid_argument(fmt::format("'{}' is no ascending list such as 0-3,8", text));
  }
  return cpus;
}

void read_interference(FlagReader& flags, InterferenceRequest& request) {
  flags.with("noise", [&](const std::string& text) { request.noise = parse_noise(text); });
  flags.with("background", [&](const std::string& text) { request.background_share = parse_share(text); });
  flags.with("ctxsw", [&](const std::string& text) { request.switches_per_s = parse_rate(text); });
  flags.with("membw", [&](const std::string& text) { request.memory_bytes_per_s = parse_stream(text); });
  flags.with("pcie", [&](const std::string& text) { request.pcie_bytes_per_s = parse_stream(text); });
  flags.with("inject-on", [&](const std::string& text) { request.cpus = cpus_from(text); });
  flags.with("inject-priority", [&](const std::string& text) { request.priority = parse_injector_priority(text); });
  flags.with("inject-from", [&](const std::string& text) { request.home = parse_gpu_injector_home(text); });
  flags.with("with", [&](const std::string& text) { request.source = parse_injector_source(text); });
}

void read_place(FlagReader& flags, RunRequest& request) {
  flags.with("threads", [&](const std::string& text) {
    request.worker_threads = static_cast<int>(std::min<std::uint64_t>(parse_count(text), 4096));
    if (request.worker_threads == 0) {
      throw std::invalid_argument("'0': must be at least 1");
    }
  });
  flags.with("cpus", [&](const std::string& text) { request.cpus = cpus_from(text); });
}

void read_limits(FlagReader& flags, RunRequest& request) {
  flags.with("simd", [&](const std::string& text) {
    require_simd_level(text);
    request.limits.simd = text;
  });
  flags.with("envelope", [&](const std::string& text) { request.limits = envelope_limits(text); });
}

HedgeRequest hedge_from(const std::string& text) {
  if (text.starts_with('p')) {
    return {.after = {}, .percentile = parse_percentile(text)};
  }
  return {.after = parse_duration(text)};
}

/// How memory is held, and when a second worker helps.
void read_experiments(FlagReader& flags, RunRequest& request) {
  flags.with("huge-pages", [&](const std::string& text) {
    if (text != "yes" && text != "no") {
      throw std::invalid_argument(fmt::format("'{}' is none of yes, no", text));
    }
    request.huge_pages = text == "yes";
  });
  flags.with("hedge", [&](const std::string& text) { request.workload.hedge = hedge_from(text); });
}

void read_parameters(FlagReader& flags, const RunOptions& options, RunRequest& request) {
  for (const std::string& parameter : options.parameters) {
    const auto equals = parameter.find('=');
    if (equals == std::string::npos || equals == 0) {
      flags.problem(fmt::format("--param '{}': expected NAME=VALUE; see assay list workloads", parameter));
      continue;
    }
    const auto [entry, is_new] =
        request.workload.parameters.try_emplace(parameter.substr(0, equals), parameter.substr(equals + 1));
    if (!is_new) {
      flags.problem(fmt::format("--param '{}': {} is given twice", parameter, entry->first));
    }
  }
}

/// The same line in the words of the command line.
std::string with_flag_names(std::string line) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kNames{
      {{"min_duration", "--duration"},
       {"max_duration", "--max-duration"},
       {"min_query_count", "--min-queries"},
       {"max_query_count", "--max-queries"},
       {"drain_timeout", "--drain"},
       {"samples_per_query", "--samples-per-query"},
       {"server_target_qps", "--rate"},
       {"offline_expected_qps", "--rate"},
       {"issuing_threads", "--issuing-threads"},
       {"late_frames", "--late-frames"},
       {"target percentile", "--slo"},
       {"target latency", "--slo"},
       {"target first token", "--ttft"},
       {"target token time", "--tpot"}}};
  for (const auto& [setting, flag] : kNames) {
    for (auto at = line.find(setting); at != std::string::npos; at = line.find(setting, at + flag.size())) {
      line.replace(at, setting.size(), flag);
    }
  }
  return line.starts_with("arrivals") ? "--" + line : line;
}

}  // namespace

RunRequest request_from(const RunOptions& options) {
  const RunOptions whole = with_envelope(options);
  FlagReader flags(whole);
  RunRequest request;
  read_workload(whole.workload, request.workload, flags);
  request.settings = TestSettings::defaults_for(scenario_of(flags));
  request.settings.coalesce = whole.is_on("coalesce");
  request.workload.accounts = !whole.is_on("no-accounts");
  request.spin = whole.is_on("spin");
  request.realtime = whole.is_on("realtime");
  request.realtime_workers = whole.is_on("realtime-workers");
  request.pinned = !whole.is_on("no-pinning");
  request.share_cpus = whole.is_on("share-cpus");
  request.lock_memory = whole.is_on("mlock");
  read_random(flags, request);
  try {
    read_traffic(flags, request);
  } catch (const std::runtime_error& error) {  // a trace that cannot be read
    throw CommandError(ExitCode::file, fmt::format("--arrivals: {}", error.what()));
  }
  try {
    flags.with("emulate-envelope", [&](const std::string& text) { request.envelope = find_thermal_envelope(text); });
  } catch (const std::runtime_error& error) {  // a file that is no envelope
    throw CommandError(ExitCode::file, fmt::format("--emulate-envelope: {}", error.what()));
  }
  read_length(flags, request);
  read_soak(flags, request);
  read_limits(flags, request);
  read_work(flags, request);
  read_interference(flags, request.interference);
  read_place(flags, request);
  read_experiments(flags, request);
  read_parameters(flags, whole, request);
  read_device(flags, request);
  read_serving(flags, request);
  read_remote(flags, request);
  request.settings.token_latencies = reports_tokens(request.workload);
  std::vector<std::string> problems = flags.problems();
  if (problems.empty()) {
    try {
      problems = problems_of(request);
    } catch (const std::runtime_error& error) {  // a workload's own file that is missing or is none; a card
      throw CommandError(works_on_gpu(request) ? ExitCode::environment_refused : ExitCode::file, error.what());
    }
    std::transform(problems.begin(), problems.end(), problems.begin(), with_flag_names);
    let_go_of_device(request);
  }
  if (!problems.empty()) {
    throw CommandError(ExitCode::usage, fmt::format("{}", fmt::join(problems, "\n")));
  }
  return request;
}

}  // namespace assay
