#include "harness/nvml_fields.hpp"

#include <cstddef>
#include <string>

namespace assay {

namespace {

constexpr unsigned kFieldInstantPower = 186;  // NVML_FI_DEV_POWER_INSTANT, in milliwatts

/// nvmlFieldValue_t.
struct NvmlFieldValue {
  unsigned field = 0;
  unsigned scope = 0;
  long long timestamp_us = 0;
  long long latency_us = 0;
  int type = 0;
  NvmlResult result = 0;
  union {
    double as_double;
    unsigned as_unsigned;
    unsigned long long as_wide;
  } value{};
};
static_assert(sizeof(NvmlFieldValue) == 40 && offsetof(NvmlFieldValue, value) == 32);

}  // namespace

Reading<double> nvml_instant_power_w(const NvmlLibrary& nvml, NvmlHandle device) {
  NvmlFieldValue value{.field = kFieldInstantPower};
  if (auto failure = nvml.call("nvmlDeviceGetFieldValues", device, 1, &value)) {
    return *failure;
  }
  if (value.result != kNvmlSuccess) {
    return Unavailable{"nvmlDeviceGetFieldValues: field 186: " + nvml.text_of(value.result)};
  }
  return 1e-3 * static_cast<double>(value.value.as_unsigned);
}

}  // namespace assay
