#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/interference/gpu_load.hpp"
#include "scenarios/interference/interference.hpp"

namespace assay {

/// A thread of this process that loads the card through a stream of its own, beside the victim's: the card runs both
/// where it has room.
class GpuInjector final : public Injector {
 public:
  /// Its thread runs on `cpu`. Returns once it injects. Throws std::runtime_error if the card cannot do it.
  GpuInjector(const GpuDevice& device, const GpuDose& dose, int cpu, std::uint64_t seed);
  ~GpuInjector() override;

  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::optional<InjectorUse> use() const override;
  [[nodiscard]] std::string scheduling() const override { return "a stream of ordinary priority"; }
  [[nodiscard]] std::string source() const override { return "own thread, on " + name_; }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t since) const override;

 private:
  void note(const InjectorUse& piece);

  std::string name_;
  int cpu_;
  GpuLoad load_;
  mutable std::mutex mutex_;
  InjectorUse use_;
  std::vector<Nanoseconds> lengths_;
  bool gone_ = false;
  std::jthread thread_;  ///< last: it uses all of the above
};

/// Starts injectors on that card, threads or processes as the request says, on the CPU that is ordered.
[[nodiscard]] InjectorFactory gpu_injectors(const GpuDevice& device);

}  // namespace assay
