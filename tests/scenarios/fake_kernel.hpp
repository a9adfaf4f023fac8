#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "kernels/kernel.hpp"

namespace assay::test_support {

/// Holds the first call until there is a second one: of one query at a time, that is its copy.
class FirstCallGate {
 public:
  /// Before the threads start that call pass().
  void arm() {
    armed_ = true;
    calls_ = 0;
  }
  void disarm() { armed_ = false; }
  void pass() noexcept {
    if (!armed_) {
      return;
    }
    constexpr auto kLongest = std::chrono::seconds{60};  // then the test fails by what it counts
    std::unique_lock lock(mutex_);
    if (++calls_ == 1) {
      called_.wait_for(lock, kLongest, [this] { return calls_ > 1; });
    } else {
      called_.notify_all();
    }
  }

 private:
  bool armed_ = false;
  std::mutex mutex_;
  std::condition_variable called_;
  std::size_t calls_ = 0;
};

/// A kernel that answers sample s with s + 0.5 in each probe element. `fault` makes it wrong in one way.
class FakeKernel final : public Kernel {
 public:
  enum class Fault { none, wrong_sample_three, not_a_number, verify_fails };
  static constexpr std::size_t kMaxBatch = 8;
  static constexpr std::size_t kSamples = 16;

  explicit FakeKernel(Fault fault) : fault_(fault) {}

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2}; }
  [[nodiscard]] Bytes traffic() const override { return {8}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  [[nodiscard]] std::size_t max_batch() const override { return kMaxBatch; }
  void prepare(std::uint64_t) override { prepared_ = true; }
  void run(std::span<const std::uint32_t> samples) noexcept override {
    gate.pass();
    largest_batch = std::max(largest_batch.load(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      output_[i] = static_cast<float>(samples[i]) + 0.5F;
      if (fault_ == Fault::wrong_sample_three && samples[i] == 3) {
        output_[i] = 99.0F;
      }
      if (fault_ == Fault::not_a_number) {
        output_[i] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override {
    Probe probe;
    probe.fill(output_.at(slot));
    return probe;
  }
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override {
    if (!prepared_) {
      throw std::logic_error("reference before prepare");
    }
    Probe probe;
    probe.fill(static_cast<float>(sample) + 0.5F);
    return probe;
  }
  [[nodiscard]] double tolerance() const override { return 1e-6; }
  [[nodiscard]] OutputCheck verify() override {
    return {.passed = fault_ != Fault::verify_fails,
            .tolerance = 1e-6,
            .detail = fault_ == Fault::verify_fails ? "element 7" : ""};
  }

  /// Of all instances.
  static inline FirstCallGate gate;

  /// Over all instances.
  static inline std::atomic<std::size_t> largest_batch{0};

 private:
  Fault fault_;
  bool prepared_ = false;
  std::array<float, kMaxBatch> output_{};
  KernelIdentity identity_{.name = "fake"};
};

template <FakeKernel::Fault fault>
KernelEntry fake_entry() {
  return {.name = "fake",
          .summary = "",
          .parameters = {},
          .make = [](const std::map<std::string, std::string>&) -> std::unique_ptr<Kernel> {
            return std::make_unique<FakeKernel>(fault);
          }};
}

}  // namespace assay::test_support
