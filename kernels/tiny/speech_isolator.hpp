#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>

#include "kernels/tiny/isolation_network.hpp"
#include "kernels/tiny/mfcc.hpp"

namespace assay {

inline constexpr std::size_t kBandFrame = 160;  ///< 20 ms: what a sample waits at most before it can be heard
inline constexpr std::size_t kBandHop = 80;     ///< 10 ms

/// The spectrum of a frame and the logarithms of its power in 32 mel bands: what the isolation network hears.
class BandAnalysis {
 public:
  BandAnalysis();
  /// `sound`: kBandFrame samples; `features`: IsolationNetwork::kBands.
  void frame(std::span<const float> sound, std::span<float> features) noexcept;
  [[nodiscard]] std::span<std::complex<float>> spectrum() { return spectrum_; }  ///< of the last frame
  [[nodiscard]] std::span<const float> window() const { return window_; }
  [[nodiscard]] const MelTriangles& bands() const { return bands_; }
  [[nodiscard]] const Fourier& fourier() const { return fourier_; }

 private:
  Fourier fourier_{kSpectrumSize};
  MelTriangles bands_{IsolationNetwork::kBands, 0.0, 4000.0};
  std::array<float, kBandFrame> window_{};  ///< the root of a Hann window: twice it and its half-way shift make 1
  std::array<std::complex<float>, kSpectrumSize> spectrum_{};
  std::array<float, kSpectrumBins> powers_{};
};

/// Lets speech through and holds other sound back, 10 ms at a time. One thread at a time; allocates nothing.
class SpeechIsolator {
 public:
  explicit SpeechIsolator(const IsolationModel& model, TinyDtype dtype = TinyDtype::i8) : network_(model, dtype) {}

  /// Forgets what was heard.
  void reset() noexcept;
  /// Takes kBandHop samples more and gives as many, which are kBandHop older.
  void hop(std::span<const float> sound, std::span<float> isolated) noexcept;
  /// A whole recording from silence, without the shift. Equal sizes, a multiple of kBandHop.
  void isolate(std::span<const float> sound, std::span<float> isolated) noexcept;

 private:
  BandAnalysis analysis_;
  IsolationNetwork network_;
  IsolationNetwork::State state_;
  std::array<float, kBandFrame> heard_{};
  std::array<float, kBandHop> overlap_{};
  std::array<float, IsolationNetwork::kBands> features_{};
  std::array<float, IsolationNetwork::kBands> gains_{};
  std::array<float, kSpectrumBins> bins_{};
};

}  // namespace assay
