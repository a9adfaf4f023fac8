#include "harness/gpu_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>

#include "harness/gpu_activity.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

// Functions with NVML's own signatures, written out here a second time from its reference: what the program believes of
// the layouts must agree with this.
struct FieldValue {
  unsigned field_id;
  unsigned scope_id;
  long long timestamp;
  long long latency_us;
  int value_type;
  int result;
  unsigned long long value;
};
struct ProcessInfo {
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance;
  unsigned compute_instance;
};
struct GpmMetric {
  unsigned id;
  int result;
  double value;
  char* short_name;
  char* long_name;
  char* unit;
};
struct GpmMetricsGet {
  unsigned version;
  unsigned count;
  void* first;
  void* second;
  GpmMetric metrics[333];
};

int init() { return 0; }
int shutdown() { return 0; }
const char* error_text(int code) { return code == 3 ? "Not Supported" : "Other"; }
int handle_by_uuid(const char* uuid, void** handle) {
  *handle = reinterpret_cast<void*>(0x10);
  return std::strcmp(uuid, "GPU-1") == 0 ? 0 : 6;
}
int field_values(void* /*device*/, int count, FieldValue* values) {
  if (count != 1 || values->field_id != 186) {
    return 2;
  }
  values->value_type = 1;
  values->result = 0;
  values->value = 512'250;
  return 0;
}
int utilisation(void* /*device*/, unsigned* percent) {
  percent[0] = 97;
  percent[1] = 12;
  return 0;
}
int mig(void* /*device*/, unsigned* /*current*/, unsigned* /*pending*/) { return 3; }
int ecc(void* /*device*/, unsigned* current, unsigned* pending) {
  *current = *pending = 1;
  return 0;
}
int processes(void* /*device*/, unsigned* count, ProcessInfo* infos) {
  constexpr unsigned kRunning = 20;  // more than is asked for at first
  if (*count < kRunning) {
    *count = kRunning;
    return 7;
  }
  *count = kRunning;
  for (unsigned i = 0; i < kRunning; ++i) {
    infos[i] = {1000 + i, i == 0 ? ~0ULL : 4096ULL, ~0U, ~0U};
  }
  return 0;
}
int gpm_support(void* /*device*/, unsigned* versioned) {
  versioned[1] = versioned[0] == 1 ? 1 : 0;
  return 0;
}
int gpm_alloc(void** sample) {
  *sample = new int(0);
  return 0;
}
int gpm_free(void* sample) {
  delete static_cast<int*>(sample);
  return 0;
}
int gpm_get(void* /*device*/, void* sample) {
  static int calls = 0;
  *static_cast<int*>(sample) = ++calls;
  return 0;
}
int gpm_metrics(GpmMetricsGet* get) {
  if (get->version != 1 || *static_cast<int*>(get->first) >= *static_cast<int*>(get->second)) {
    return 2;
  }
  for (unsigned i = 0; i < get->count; ++i) {
    get->metrics[i].result = get->metrics[i].id == 12 ? 3 : 0;
    get->metrics[i].value = static_cast<double>(get->metrics[i].id) + 0.5;
  }
  return 0;
}

template <class Function>
void* address(Function* function) {
  return reinterpret_cast<void*>(function);
}

std::map<std::string, void*> functions() {
  return {{"nvmlInit_v2", address(init)},
          {"nvmlShutdown", address(shutdown)},
          {"nvmlErrorString", address(error_text)},
          {"nvmlDeviceGetHandleByUUID", address(handle_by_uuid)},
          {"nvmlDeviceGetFieldValues", address(field_values)},
          {"nvmlDeviceGetUtilizationRates", address(utilisation)},
          {"nvmlDeviceGetMigMode", address(mig)},
          {"nvmlDeviceGetEccMode", address(ecc)},
          {"nvmlDeviceGetComputeRunningProcesses_v3", address(processes)},
          {"nvmlGpmQueryDeviceSupport", address(gpm_support)},
          {"nvmlGpmSampleAlloc", address(gpm_alloc)},
          {"nvmlGpmSampleFree", address(gpm_free)},
          {"nvmlGpmSampleGet", address(gpm_get)},
          {"nvmlGpmMetricsGet", address(gpm_metrics)}};
}

Reading<GpuBoard> board(const std::map<std::string, void*>& table = functions(), const std::string& uuid = "GPU-1") {
  const auto nvml = NvmlLibrary::start([table](const char* name) {
    const auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
  });
  return nvml ? GpuBoard::open(*nvml, uuid) : Reading<GpuBoard>{Unavailable{nvml.reason()}};
}

TEST(GpuBoard, IsFoundByItsUuid) {
  EXPECT_TRUE(board());
  EXPECT_EQ(board(functions(), "GPU-2").reason(), "nvmlDeviceGetHandleByUUID: Other");
}

TEST(GpuBoard, ReadsWhatThereIsAndSaysWhatThereIsNot) {
  const auto card = board();
  ASSERT_TRUE(card);
  EXPECT_DOUBLE_EQ(*card->instant_power_w(), 512.25);
  EXPECT_DOUBLE_EQ(card->utilisation()->kernels, 0.97);
  EXPECT_DOUBLE_EQ(card->utilisation()->memory, 0.12);
  const GpuBoardState state = card->state();
  EXPECT_TRUE(*state.ecc);
  EXPECT_EQ(state.mig.reason(), "nvmlDeviceGetMigMode: Not Supported");
  EXPECT_EQ(state.driver.reason(), "libnvidia-ml.so.1 lacks nvmlSystemGetDriverVersion");
  EXPECT_THAT(card->energy_j().reason(), HasSubstr("lacks nvmlDeviceGetTotalEnergyConsumption"));
}

TEST(GpuBoard, AsksAgainWhereMoreProcessesRunThanItHadRoomFor) {
  const GpuBoardState state = board()->state();
  ASSERT_TRUE(state.processes) << state.processes.reason();
  ASSERT_EQ(state.processes->size(), 20U);
  EXPECT_EQ(state.processes->front().pid, 1000U);
  EXPECT_EQ(state.processes->front().memory_bytes, 0U) << "not known is not a number";
  EXPECT_EQ(state.processes->back().memory_bytes, 4096U);
}

TEST(NvmlLibrary, WithoutItsStartThereIsNone) { EXPECT_EQ(board({}).reason(), "libnvidia-ml.so.1 lacks nvmlInit_v2"); }

TEST(GpuActivity, ReadsSharesBetweenTwoSamples) {
  auto meter = GpuActivityMeter::open(*board());
  ASSERT_TRUE(meter) << meter.reason();
  ASSERT_FALSE((*meter)->begin());
  const auto activity = (*meter)->end();
  ASSERT_TRUE(activity) << activity.reason();
  EXPECT_DOUBLE_EQ(*activity->multiprocessors, 0.025);
  EXPECT_DOUBLE_EQ(*activity->occupancy, 0.035);
  EXPECT_DOUBLE_EQ(*activity->tensor, 0.055);
  EXPECT_DOUBLE_EQ(*activity->dram, 0.105);
  EXPECT_EQ(activity->fp32.reason(), "nvmlGpmMetricsGet: metric 12: Not Supported");
}

TEST(GpuActivity, ACardWithoutItSaysSo) {
  auto table = functions();
  table["nvmlGpmQueryDeviceSupport"] = address(+[](void* /*device*/, unsigned* versioned) {
    versioned[1] = 0;
    return 0;
  });
  EXPECT_THAT(GpuActivityMeter::open(*board(table)).reason(), HasSubstr("has no GPM"));
  table.erase("nvmlGpmQueryDeviceSupport");
  EXPECT_THAT(GpuActivityMeter::open(*board(table)).reason(), HasSubstr("lacks nvmlGpmQueryDeviceSupport"));
}

}  // namespace
}  // namespace assay
