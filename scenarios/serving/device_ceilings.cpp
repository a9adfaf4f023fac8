#include "scenarios/serving/device_ceilings.hpp"

#include <algorithm>
#include <array>

namespace assay {

namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

}  // namespace

FlopsPerSecond DeviceCeilings::layers_rate(WeightFormat weights) const {
  return weights == WeightFormat::fp8 || weights == WeightFormat::int8 ? narrow_products : products;
}

std::span<const DeviceCeilings> datasheet_devices() {
  // NVIDIA H100 and H200 Tensor Core GPU datasheets, SXM, without sparsity.
  static const std::array<DeviceCeilings, 2> devices = {{{.name = "h100",
                                                          .source = "datasheet",
                                                          .read = {3.35e12},
                                                          .products = {989e12},
                                                          .narrow_products = {1979e12},
                                                          .memory = {81'559 * kMebibyte}},
                                                         {.name = "h200",
                                                          .source = "datasheet",
                                                          .read = {4.8e12},
                                                          .products = {989e12},
                                                          .narrow_products = {1979e12},
                                                          .memory = {143'771 * kMebibyte}}}};
  return devices;
}

const DeviceCeilings* find_datasheet_device(std::string_view name) {
  const auto devices = datasheet_devices();
  const auto found = std::ranges::find(devices, name, &DeviceCeilings::name);
  return found == devices.end() ? nullptr : &*found;
}

}  // namespace assay
