#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/round_sampler.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// The work behind one subject of a roofline measurement, on each thread of a team.
class SubjectWork {
 public:
  SubjectWork() = default;
  SubjectWork(const SubjectWork&) = delete;
  SubjectWork& operator=(const SubjectWork&) = delete;
  virtual ~SubjectWork() = default;

  /// Called once on each thread of the subject, on its CPU, so that memory lies next to who uses it.
  virtual void prepare(std::size_t thread, std::uint64_t seed) = 0;

  /// Does `iterations` steps on this thread; all threads of the subject call it at once.
  virtual void run(std::size_t thread, std::uint64_t iterations) noexcept = 0;

  /// Fills in what an iteration of all threads is: work, traffic, unit and the resolved parameters.
  virtual void describe(RooflineSubject& subject) const = 0;

  /// On thread 0, before the samples of each turn.
  virtual void before_turn() {}
  /// On thread 0, after each sample: what it shows besides its time is kept until finish().
  virtual void after_sample() {}
  /// Adds to the subject's samples, which are all of this work's in order, what after_sample() kept.
  virtual void finish(RooflineSubject& /*subject*/) const {}

  /// Compares outputs with a reference in higher precision: "ok 3.1e-06 (bound 1e-05)", or what is wrong. On thread 0.
  [[nodiscard]] virtual std::string check() = 0;
};

/// One kernel of the catalogue a thread. `make` makes the kernel of a thread; it is called in prepare() on that thread.
[[nodiscard]] std::unique_ptr<SubjectWork> make_kernel_work(
    std::size_t threads, std::function<std::unique_ptr<Kernel>(std::size_t thread)> make);

/// The observations of a sampler as the subject's samples.
void take_samples(RooflineSubject& subject, SubjectSamples samples);

}  // namespace assay
