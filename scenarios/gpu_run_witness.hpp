#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "harness/gpu_activity.hpp"
#include "harness/steady_clock.hpp"
#include "kernels/gpu/gpu_device.hpp"
#include "loadgen/system_under_test.hpp"

namespace assay {

/// The card that a workload of that name and those parameters works on; nothing for a workload of the processor. Throws
/// std::runtime_error with no_gpu_line() where the card cannot be had.
[[nodiscard]] std::optional<GpuDevice> gpu_device_of(const std::string& workload,
                                                     const std::map<std::string, std::string>& parameters);

/// Stands before a system that works on a GPU and watches the card from the first query to the last: what its own
/// counters saw (GPM), what it took, and the utilisation that is commonly read. All of it is the driver's word and goes
/// into the conditions of the result, beside what the program itself computes. It touches no query.
class GpuRunWitness final : public SystemUnderTest {
 public:
  /// Reads the card's state, so that every process on it is somebody else's: before the system under test is made.
  explicit GpuRunWitness(const GpuDevice& device);

  /// The system that works; it must outlive every call of the others.
  void set_system(SystemUnderTest& system) { system_ = &system; }

  [[nodiscard]] std::string name() const override { return system_->name(); }
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override { system_->issue_query(samples); }
  void flush_queries() override { system_->flush_queries(); }
  void cancel() noexcept override { system_->cancel(); }
  void end_run() override;

  /// Adds the findings, and their warnings to the document's.
  void add_to(RunDocument& document) const;
  [[nodiscard]] bool simulated() const { return simulated_; }

 private:
  void note_activity();
  void note_power(double elapsed_s);

  bool simulated_;
  std::vector<Finding> findings_;  ///< of the card before the run
  std::vector<Finding> watched_;   ///< over the last run
  Reading<GpuBoard> board_;
  std::shared_ptr<GpuActivityMeter> activity_;
  std::string no_activity_;
  Reading<double> energy_before_ = Unavailable{"not read"};
  SteadyClock clock_;
  Instant begin_;
  SystemUnderTest* system_ = nullptr;
};

}  // namespace assay
