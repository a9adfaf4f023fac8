#include "harness/gpu_activity.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace assay {

namespace {

// NVML API reference; all versions are 1.
constexpr unsigned kVersion = 1;
// NVML_GPM_METRIC_MAX grew from release to release. The library reads as many entries as it is told to, and clears no
// more than its own maximum: this is above any that is known (333 in 13.3).
constexpr std::size_t kMostMetrics = 1024;

struct NvmlGpmSupport {
  unsigned version = kVersion;
  unsigned supported = 0;
};

struct NvmlGpmMetric {
  unsigned id = 0;
  NvmlResult result = 0;
  double value = 0.0;
  std::array<const char*, 3> names{};  ///< short, long, unit
};
static_assert(sizeof(NvmlGpmMetric) == 40);

struct NvmlGpmMetrics {
  unsigned version = kVersion;
  unsigned count = 0;
  void* first = nullptr;
  void* second = nullptr;
  std::array<NvmlGpmMetric, kMostMetrics> metrics{};
};
static_assert(offsetof(NvmlGpmMetrics, metrics) == 24);

struct MetricPlace {
  unsigned id;  ///< NVML_GPM_METRIC_*
  Reading<double> GpuActivity::*place;
};
constexpr std::array<MetricPlace, 5> kPlaces{{{2, &GpuActivity::multiprocessors},
                                              {3, &GpuActivity::occupancy},
                                              {5, &GpuActivity::tensor},
                                              {10, &GpuActivity::dram},
                                              {12, &GpuActivity::fp32}}};

}  // namespace

Reading<std::shared_ptr<GpuActivityMeter>> GpuActivityMeter::open(const GpuBoard& board) {
  const NvmlLibrary& nvml = *board.nvml();
  NvmlGpmSupport support;
  if (auto failure = nvml.call("nvmlGpmQueryDeviceSupport", board.handle(), &support)) {
    return *failure;
  }
  if (support.supported == 0) {
    return Unavailable{
        "nvmlGpmQueryDeviceSupport: this card has no GPM (Hopper and later have, outside some virtual "
        "machines)"};
  }
  std::shared_ptr<GpuActivityMeter> meter(new GpuActivityMeter(board));  // the constructor is private
  for (void** const sample : {&meter->first_, &meter->second_}) {
    if (auto failure = nvml.call("nvmlGpmSampleAlloc", sample)) {
      return *failure;
    }
  }
  return meter;
}

GpuActivityMeter::~GpuActivityMeter() {
  for (void* const sample : {first_, second_}) {
    if (sample != nullptr) {
      static_cast<void>(board_.nvml()->call("nvmlGpmSampleFree", sample));
    }
  }
}

std::optional<Unavailable> GpuActivityMeter::begin() {
  return board_.nvml()->call("nvmlGpmSampleGet", board_.handle(), first_);
}

Reading<GpuActivity> GpuActivityMeter::end() {
  if (auto failure = board_.nvml()->call("nvmlGpmSampleGet", board_.handle(), second_)) {
    return *failure;
  }
  const auto metrics = std::make_unique<NvmlGpmMetrics>();
  metrics->count = kPlaces.size();
  metrics->first = first_;
  metrics->second = second_;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    metrics->metrics.at(i).id = kPlaces.at(i).id;
  }
  if (auto failure = board_.nvml()->call("nvmlGpmMetricsGet", metrics.get())) {
    return *failure;
  }
  GpuActivity activity;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const NvmlGpmMetric& metric = metrics->metrics.at(i);
    constexpr double kPercent = 0.01;
    activity.*(kPlaces.at(i).place) =
        metric.result == kNvmlSuccess
            ? Reading<double>{kPercent * metric.value}
            : Reading<double>{Unavailable{"nvmlGpmMetricsGet: metric " + std::to_string(metric.id) + ": " +
                                          board_.nvml()->text_of(metric.result)}};
  }
  return activity;
}

}  // namespace assay
