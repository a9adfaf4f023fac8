#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/units.hpp"

namespace assay {

/// What is measured, down to what makes two results comparable.
struct KernelIdentity {
  std::string name;
  int version = 1;  ///< Raised whenever the work or the traffic of one run changes.
  /// Every parameter with the value in force, none left at "auto": make() accepts them again and yields this identity.
  std::map<std::string, std::string> parameters;
  /// What follows from the parameters on this machine, e.g. whether the weights exceed its last-level cache. For the
  /// reader; two results that differ only here are comparable.
  std::map<std::string, std::string> facts;
};

/// The outcome of comparing outputs with a reference in higher precision.
struct OutputCheck {
  bool passed = false;
  double worst_relative_error = 0.0;
  double tolerance = 0.0;  ///< The stated bound, derived in the kernel's own comment.
  std::string detail;      ///< Empty if passed; else names sample, element, expected and found.
};

/// What work() counts. Integer multiplications and additions are operations, not flops; an access is one dependent
/// load.
enum class WorkUnit { flop, integer_operation, access };
[[nodiscard]] const char* name_of(WorkUnit unit);  ///< "flop", "op", "access"

/// What one iteration of Kernel::repeat() does.
struct RepeatStep {
  Flops work;         ///< in the kernel's work_unit()
  Bytes traffic;      ///< counted: each operand once
  Bytes bus_traffic;  ///< counted, and the lines that regular stores read before they overwrite them
};

/// One piece of real work. A kernel belongs to one worker thread: prepare() runs on that thread, so that
/// its memory is first touched where it is used. run() allocates nothing, locks nothing, never throws.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  [[nodiscard]] virtual const KernelIdentity& identity() const = 0;

  /// Work of one run on one sample, in work_unit(). An FMA is two flops.
  [[nodiscard]] virtual Flops work() const = 0;
  [[nodiscard]] virtual WorkUnit work_unit() const { return WorkUnit::flop; }

  /// Counted traffic of one run on one sample: each operand once, write-allocate not included.
  [[nodiscard]] virtual Bytes traffic() const = 0;

  /// Counted traffic of one run on `samples` samples. Less than samples * traffic() where one pass over shared
  /// operands (weights) serves the whole batch; the work of a batch is always samples * work().
  [[nodiscard]] virtual Bytes traffic_of_batch(std::size_t samples) const { return traffic() * samples; }

  /// Bytes that one run on one sample moves between the caches and the memory below them when nothing of its operands
  /// is cached: traffic(), and each line that a regular store reads before it overwrites it (write-allocate).
  [[nodiscard]] virtual Bytes bus_traffic() const { return traffic(); }

  /// Memory that prepare() takes; every worker has its own. The default suits a kernel that holds the operands of one
  /// run and nothing else.
  [[nodiscard]] virtual Bytes memory_per_worker() const { return traffic(); }

  /// Number of distinct inputs; sample indices are in [0, sample_count()).
  [[nodiscard]] virtual std::size_t sample_count() const = 0;

  /// The largest number of samples that run() accepts at once.
  [[nodiscard]] virtual std::size_t max_batch() const { return 1; }

  /// Allocates and fills all memory from `seed` alone: equal seeds give equal inputs in every instance.
  virtual void prepare(std::uint64_t seed) = 0;

  /// Computes the outputs of `samples` (1 to max_batch() of them) into the kernel's own output memory.
  virtual void run(std::span<const std::uint32_t> samples) noexcept = 0;

  /// True once a run() gave no answers, and why. Only work that is not this program's own can fail.
  [[nodiscard]] virtual bool failed() const noexcept { return false; }
  [[nodiscard]] virtual std::string failure() const { return {}; }

  /// Asks a run() under way to give up where it can; from any thread.
  virtual void cancel() noexcept {}

  /// Does `iterations` steps in one call, so that a sampler can time a stretch of any length without the cost of a call
  /// in each step: by default runs on sample 0. A kernel whose run is shorter than a call or longer than a sample
  /// overrides both; its steps then go on where the last call stopped.
  virtual void repeat(std::uint64_t iterations) noexcept;
  [[nodiscard]] virtual RepeatStep repeat_step() const;

  /// A fingerprint of the output that the last run() left for position `slot` of its batch: kProbeSize
  /// output elements at fixed, spread positions. Cheap enough to be taken during a measurement.
  static constexpr std::size_t kProbeSize = 8;
  using Probe = std::array<float, kProbeSize>;
  [[nodiscard]] virtual Probe probe(std::size_t slot) const noexcept = 0;

  /// The same fingerprint computed from the inputs of `sample` in higher precision, by code that shares
  /// nothing with run(). Slow; not for the measured phase. prepare() must have run.
  [[nodiscard]] virtual Probe reference_probe(std::uint32_t sample) const = 0;
  /// False for work of somebody else's that gives none.
  [[nodiscard]] virtual bool has_reference() const { return true; }

  /// Bound on |probe - reference| / max(|reference|, output_scale()) that correct code keeps; see the kernel's comment.
  [[nodiscard]] virtual double tolerance() const = 0;

  /// The size of a typical output element, so that one that happens to be near zero is not held to its own size.
  [[nodiscard]] virtual double output_scale() const { return 1.0; }

  /// Runs sample 0 (and a full batch where max_batch() > 1) and compares the *whole* output with a reference
  /// in higher precision.
  [[nodiscard]] virtual OutputCheck verify() = 0;
};

/// A value that a workload's flag can set, e.g. "n" of a GEMM.
struct KernelParameter {
  std::string name;
  std::string meaning;
  std::string default_value;
};

/// One line of the catalogue.
struct KernelEntry {
  std::string name;
  std::string summary;  ///< One sentence for `assay list workloads`.
  std::vector<KernelParameter> parameters;
  /// Throws std::invalid_argument naming the parameter, the value and what is accepted.
  std::unique_ptr<Kernel> (*make)(const std::map<std::string, std::string>& parameters);
};

/// All kernels of this build, in the order in which `assay list workloads` shows them.
[[nodiscard]] std::span<const KernelEntry> kernel_catalogue();

/// Returns nullptr if there is no kernel of that name.
[[nodiscard]] const KernelEntry* find_kernel(std::string_view name);

}  // namespace assay
