#pragma once

#include <memory>

#include "harness/gpu_board.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// What the card's own counters saw between two samples, as shares of what the unit can do (0 to 1).
struct GpuActivity {
  Reading<double> multiprocessors = Unavailable{"not read"};  ///< had a warp
  Reading<double> occupancy = Unavailable{"not read"};        ///< warps of the warps that fit
  Reading<double> tensor = Unavailable{"not read"};           ///< any matrix pipe was busy
  Reading<double> dram = Unavailable{"not read"};             ///< bandwidth of the memory
  Reading<double> fp32 = Unavailable{"not read"};
};

/// GPM of NVML, on Hopper and later: the counters of the data centre's monitors, without root and without a profiler.
/// An independent witness of computed shares. The two samples must lie a tenth of a second apart or more.
class GpuActivityMeter {
 public:
  /// The reason says what the driver or the card lacks.
  [[nodiscard]] static Reading<std::shared_ptr<GpuActivityMeter>> open(const GpuBoard& board);

  GpuActivityMeter(const GpuActivityMeter&) = delete;
  GpuActivityMeter& operator=(const GpuActivityMeter&) = delete;
  ~GpuActivityMeter();

  /// Takes the first sample; nothing if all went well.
  [[nodiscard]] std::optional<Unavailable> begin();
  /// Takes the second one.
  [[nodiscard]] Reading<GpuActivity> end();

 private:
  explicit GpuActivityMeter(const GpuBoard& board) : board_(board) {}

  GpuBoard board_;
  void* first_ = nullptr;  ///< nvmlGpmSample_t
  void* second_ = nullptr;
};

}  // namespace assay
