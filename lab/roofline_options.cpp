#include "lab/roofline_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/quantity.hpp"
#include "harness/split.hpp"
#include "kernels/gpu/gpu_device.hpp"
#include "lab/bench_flags.hpp"
#include "lab/command_error.hpp"
#include "lab/device_flag.hpp"
#include "lab/limit_flags.hpp"

namespace assay {

namespace {

constexpr std::array<std::pair<std::string_view, bool RooflineParts::*>, 5> kParts{
    {{"compute", &RooflineParts::compute},
     {"bandwidth", &RooflineParts::bandwidth},
     {"intensity", &RooflineParts::intensity},
     {"latency", &RooflineParts::latency},
     {"dots", &RooflineParts::dots}}};

/// Collects every bad flag, so that a person corrects one command line.
class Problems {
 public:
  template <class Action>
  void note(std::string_view flag, std::string_view value, const Action& action) {
    try {
      action();
    } catch (const std::invalid_argument& error) {
      lines_.push_back(fmt::format("--{} '{}': {}", flag, value, error.what()));
    }
  }
  void throw_if_any() const {
    if (!lines_.empty()) {
      throw CommandError(ExitCode::usage, fmt::format("{}", fmt::join(lines_, "\n")));
    }
  }

 private:
  std::vector<std::string> lines_;
};

std::vector<int> cpus_or_none_from(const std::string& text) {
  const std::vector<int> cpus = cpu_list(text);
  if (!text.empty() && (cpus.empty() || cpu_list_text(cpus) != text)) {
    throw std::invalid_argument("expected an ascending list such as 0-3,8");
  }
  return cpus;
}

RooflineParts parts_from(const std::string& text) {
  if (text.empty()) {
    return {};
  }
  RooflineParts parts{.compute = false, .bandwidth = false, .intensity = false, .latency = false, .dots = false};
  for (const std::string_view name : split(text, ',')) {
    const auto* const found = std::ranges::find(kParts, name, [](const auto& part) { return part.first; });
    if (found == kParts.end()) {
      throw std::invalid_argument("expected one or more of compute,bandwidth,intensity,latency,dots");
    }
    parts.*(found->second) = true;
  }
  return parts;
}

void read_workload(const RooflineOptions& options, RooflineRequest& request) {
  if (options.workload.empty()) {
    if (options.layers) {
      throw std::invalid_argument("--layers needs the workload whose layers they are, e.g. resnet50");
    }
    return;
  }
  request.workload = kernel_choice_from(options.workload);
  request.layers = options.layers;
  // Says what is wrong with the parameters; choosing a library, which takes time, is left to who measures.
  auto parameters = request.workload->parameters;
  const auto& known = request.workload->entry->parameters;
  if (std::ranges::find(known, "library", &KernelParameter::name) != known.end()) {
    parameters.try_emplace("library", "own");
  }
  (void)request.workload->entry->make(parameters);
}

/// What a GPU's roofline has no part of.
void require_gpu_alone(const RooflineOptions& options) {
  for (const auto& [flag, given] :
       {std::pair{"--workload", !options.workload.empty()}, std::pair{"--layers", options.layers},
        std::pair{"--simd", !options.simd.empty()}, std::pair{"--membw", !options.membw.empty()},
        std::pair{"--envelope", !options.envelope.empty()}, std::pair{"--huge-pages", options.huge_pages != "yes"}}) {
    if (given) {
      throw std::invalid_argument(fmt::format("{} is of the processor's roofline; leave it out", flag));
    }
  }
}

void read_limits(const RooflineOptions& options, RooflineRequest& request, Problems& problems) {
  SystemLimits& limits = request.limits;
  problems.note("simd", options.simd, [&] {
    if (!options.simd.empty()) {
      require_simd_level(options.simd);
      limits.simd = options.simd;
    }
  });
  problems.note("membw", options.membw, [&] {
    if (!options.membw.empty()) {
      limits.stream_bytes_per_s = parse_stream(options.membw);
    }
  });
  problems.note("huge-pages", options.huge_pages, [&] {
    if (options.huge_pages != "yes" && options.huge_pages != "no") {
      throw std::invalid_argument("expected yes or no");
    }
    limits.pages = options.huge_pages == "no" ? "small" : "";
  });
  if (!options.envelope.empty()) {
    const SystemLimits whole = envelope_limits(options.envelope);
    limits.name = whole.name;
    limits.cpus = whole.cpus;
  }
}

}  // namespace

Nanoseconds roofline_time_from(const std::string& text) {
  constexpr Nanoseconds kLeast = std::chrono::seconds{1};
  constexpr Nanoseconds kMost = std::chrono::hours{24};
  const Nanoseconds time = parse_duration(text);
  if (time < kLeast || time > kMost) {
    throw std::invalid_argument("expected 1s to 24h");
  }
  return time;
}

RooflineRequest roofline_request_from(const RooflineOptions& options) {
  const RooflineOptions whole = with_envelope(options);
  RooflineRequest request;
  Problems problems;
  problems.note("cpus", whole.cpus, [&] { request.cpus = cpus_or_none_from(whole.cpus); });
  problems.note("duration", whole.duration, [&] { request.time_limit = roofline_time_from(whole.duration); });
  problems.note("seed", whole.seed, [&] { request.seed = parse_count(whole.seed); });
  problems.note("workload", whole.workload, [&] { read_workload(whole, request); });
  problems.note("only", whole.only, [&] { request.parts = parts_from(whole.only); });
  problems.note("device", whole.device, [&] {
    if (whole.device != "cpu") {
      request.gpu = gpu_index_from(whole.device);
      require_gpu_alone(whole);
    }
  });
  read_limits(whole, request, problems);
  problems.throw_if_any();
  if (request.gpu) {
    require_gpu(*request.gpu);
  }
  return request;
}

}  // namespace assay
