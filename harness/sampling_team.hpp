#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "harness/clock.hpp"
#include "harness/team_observation.hpp"

namespace assay {

/// What is timed: called on each member of a sample at once, members counted from 0. It must take time in proportion to
/// `iterations`.
using TeamWork = std::function<void(std::size_t member, std::uint64_t iterations)>;

/// One sample to take.
struct SampleRequest {
  std::span<const std::size_t> threads;  ///< of the team, ascending, not empty: member i is threads[i]
  std::uint64_t iterations = 1;
  std::uint64_t warm_iterations = 0;  ///< run before and not timed: they fill the caches and wake the vector units
  Nanoseconds pause{0};               ///< asleep before it, so that the scheduler owes the threads time
};

/// The first thread of a team alone.
inline constexpr std::array<std::size_t, 1> kFirstThread{0};

/// Takes samples. The real one is SamplingTeam; a test hands in another.
class Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler() = default;
  [[nodiscard]] virtual TeamObservation sample(const TeamWork& work, const SampleRequest& request) = 0;
};

/// Pinned threads that live for a whole measurement and take samples together. Between two samples they sleep; at the
/// start of each they meet in a spin barrier that gives up after a millisecond, so that a thread which lost its CPU
/// costs a sample (it is out of step) and never the measurement.
class SamplingTeam final : public Sampler {
 public:
  /// Runs `lead` on a thread pinned to cpus[0] (the calling one, whose affinity is restored afterwards), with one
  /// further thread pinned to each other CPU at its service. Throws what `lead` or a job throws, and
  /// std::runtime_error if a thread cannot be pinned. `cpus` must not be empty.
  static void with(const std::vector<int>& cpus, Clock& clock, const std::function<void(SamplingTeam&)>& lead);
  ~SamplingTeam() override;

  [[nodiscard]] std::size_t size() const { return workers_.size() + 1; }
  [[nodiscard]] const std::vector<int>& cpus() const { return cpus_; }

  /// Runs job(i) once on threads[i] for all of them at once, for instance to touch their memory first. Rethrows what a
  /// job throws. Throws std::invalid_argument for a thread that the team does not have, or none.
  void run(std::span<const std::size_t> threads, const std::function<void(std::size_t member)>& job);

  /// Times `work` on the threads of the request at once.
  [[nodiscard]] TeamObservation sample(const TeamWork& work, const SampleRequest& request) override;

 private:
  struct Worker;

  SamplingTeam(const std::vector<int>& cpus, Clock& clock);
  void serve(std::size_t thread);
  void dismiss();
  void meet(std::size_t members) noexcept;
  ThreadInterval take(std::size_t member, const TeamWork& work, const SampleRequest& request);

  std::vector<int> cpus_;
  Clock& clock_;
  Nanoseconds clock_cost_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< threads 1 and up
  const std::function<void(std::size_t)>* job_ = nullptr;
  std::vector<ThreadInterval> intervals_;
  alignas(64) std::atomic<std::uint32_t> finished_{0};
  alignas(64) std::atomic<std::uint32_t> arrived_{0};
};

}  // namespace assay
