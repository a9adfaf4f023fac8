#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "harness/clock.hpp"
#include "harness/units.hpp"
#include "scenarios/interference/injector.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

struct WorkloadRequest;

/// Where the injectors may go.
struct InjectionPlace {
  std::vector<int> victim_cpus;  ///< of the workers
  std::vector<int> issuing_cpus;
  std::vector<int> allowed_cpus;
  Bytes last_level_cache{0};  ///< 0: unknown
};

/// One injector to start.
struct InjectorOrder {
  Knob knob = Knob::background;
  int cpu = 0;
  std::uint64_t seed = 0;
  Nanoseconds time_limit{0};
  std::uint64_t stream_buffer_bytes = 0;
};

/// Starts what is ordered, as the request says. Throws std::runtime_error if it cannot be started.
using InjectorFactory =
    std::function<std::unique_ptr<Injector>(const InjectorOrder& order, const InterferenceRequest& request)>;

/// Our own processes, or stress-ng.
[[nodiscard]] std::unique_ptr<Injector> start_injector(const InjectorOrder& order, const InterferenceRequest& request);

/// "cuda:0": the card that the workload works on, and that the knobs load then. Nothing for a workload of the
/// processor.
[[nodiscard]] std::optional<std::string> injected_gpu(const WorkloadRequest& workload);

/// Injectors on the device that the workload works on: a GPU's, or start_injector(). Both in gpu_injector.cpp. Throws
/// std::runtime_error with no_gpu_line() where the card cannot be had.
[[nodiscard]] InjectorFactory injectors_for(const WorkloadRequest& workload);

/// The CPU for the stream that takes bandwidth of the memory or of a GPU's link: one that carries neither a worker nor
/// the generator, else one of the generator, else one of the workers. Throws std::invalid_argument if none is allowed.
[[nodiscard]] int stream_cpu(const InjectionPlace& place);

/// Throws std::invalid_argument naming a CPU on which was asked to inject and which is not allowed.
void require_allowed(const InterferenceRequest& request, const std::vector<int>& allowed_cpus);

/// Load injected beside a run, from the constructor to the destructor, with the account of what was delivered.
class Interference {
 public:
  struct Options {
    InterferenceRequest request;
    InjectionPlace place;
    std::uint64_t seed = 0;
    Nanoseconds time_limit = std::chrono::minutes{10};  ///< of each injector, whatever becomes of this process
    InjectorFactory start = start_injector;
    /// The injectors load a device that all victims share: one injector a knob, on a CPU beside the victims' as that of
    /// the memory's stream, since one on each victim's CPU would multiply the dose.
    bool shares_device = false;
  };

  /// Starts the injectors. Throws std::invalid_argument for a CPU that is not allowed, std::runtime_error if an
  /// injector cannot be started.
  Interference(Options options, const Clock& clock);

  /// The doses since the beginning, as those without the victim. Call it before the measured part.
  void note_alone();
  /// The measured part begins now.
  void begin_window();
  /// What was delivered since begin_window(), one record a knob. From any thread after begin_window().
  [[nodiscard]] std::vector<DoseRecord> doses() const;

 private:
  struct Running {
    std::unique_ptr<Injector> injector;
    std::optional<InjectorUse> before;
  };
  struct Group {
    Knob knob = Knob::background;
    std::vector<Running> running;
    std::optional<double> alone;
  };

  void start(Knob knob, const std::vector<int>& cpus);
  [[nodiscard]] std::vector<int> cpu_of_one() const;
  [[nodiscard]] DoseRecord dose_of(const Group& group) const;

  Options options_;
  const Clock& clock_;
  std::vector<Group> groups_;
  Instant window_begin_;
};

}  // namespace assay
