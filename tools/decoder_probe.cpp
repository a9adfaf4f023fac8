// What tools/measure-decoder runs: the decoder beside the read-only bandwidth and the f32 matrix product of the same
// threads, in turns, so that a disturbance meets all of them.
//   assay_decoder_probe [preset] [threads] [rounds]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "harness/cpu_times.hpp"
#include "harness/file_source.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"
#include "harness/thread_placement.hpp"
#include "kernels/array.hpp"
#include "kernels/gemm_choice.hpp"
#include "kernels/llm/llama_decoder.hpp"
#include "kernels/simd_choice.hpp"
#include "kernels/simd_target.hpp"
#include "kernels/stream_loops.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kContext = 128;
constexpr std::uint32_t kPrompt = 256;
constexpr std::uint32_t kBatch = 8;

/// Wall and CPU time of one piece of work.
struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

class Stopwatch {
 public:
  Stopwatch() : begin_(clock_.now()), cpu_(cpu()) {}
  [[nodiscard]] Cost read() const { return {seconds(clock_.now() - begin_), cpu() - cpu_}; }

 private:
  [[nodiscard]] double cpu() const {
    const auto times = read_cpu_times(files_);
    return times ? seconds(times->own) : std::nan("");
  }
  SteadyClock clock_;
  SystemFiles files_;
  Instant begin_;
  double cpu_;
};

/// The same work on each CPU, the first on this thread.
void on_each(const std::vector<int>& cpus, const std::function<void(std::size_t)>& work) {
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < cpus.size(); ++i) {
    others.emplace_back([&, i] {
      pin_this_thread(cpus[i]);
      work(i);
    });
  }
  work(0);
}

/// Loads only, from memory far larger than the caches: the best of one and of three streams a thread.
class Reader {
 public:
  explicit Reader(const std::vector<int>& cpus) : cpus_(cpus), memory_(cpus.size()) {
    on_each(cpus_, [this](std::size_t i) {
      memory_[i] = Array<double>(kElements);
      std::ranges::fill(memory_[i].span(), 1.5);
    });
  }
  [[nodiscard]] std::pair<double, double> bytes_per_second() {  // of wall time, of CPU time
    std::pair<double, double> best{0, 0};
    for (const std::size_t streams : {std::size_t{1}, std::size_t{3}}) {
      const StreamLoop loop =
          find_stream_loop({.target = simd_choice("auto").target, .mix = StreamMix::load, .streams = streams});
      const std::size_t part = kElements / streams / kStreamStep * kStreamStep;
      const Stopwatch watch;
      on_each(cpus_, [&](std::size_t i) {
        StreamPass pass{.elements = part, .passes = 2};
        for (std::size_t s = 0; s < streams; ++s) {
          pass.sources.at(s) = memory_[i].data() + s * part;
        }
        loops_.fetch_xor(loop(pass), std::memory_order_relaxed);
      });
      const Cost cost = watch.read();
      const double bytes = static_cast<double>(cpus_.size() * 2 * streams * part * sizeof(double));
      best.first = std::max(best.first, bytes / cost.wall_s);
      best.second = std::max(best.second, bytes / cost.cpu_s);
    }
    return best;
  }

 private:
  static constexpr std::size_t kElements = std::size_t{16} << 20;
  std::vector<int> cpus_;
  std::vector<Array<double>> memory_;
  std::atomic<std::uint64_t> loops_{0};
};

/// The fastest f32 product of a library here, one on each CPU.
class Products {
 public:
  explicit Products(const std::vector<int>& cpus) : cpus_(cpus), choice_(choose_gemm_library(GemmType::f32, kSize)) {
    for (std::size_t i = 0; i < cpus.size(); ++i) {
      operands_.emplace_back(3 * kSize * kSize);
      std::ranges::fill(operands_.back().span(), 0.5F);
    }
  }
  [[nodiscard]] const std::string& library() const { return choice_.library; }
  [[nodiscard]] std::pair<double, double> flops_per_second() {
    const Stopwatch watch;
    on_each(cpus_, [this](std::size_t i) {
      const auto routine = gemm_library(choice_.library).routine(GemmType::f32, kSize);
      float* const a = operands_[i].data();
      for (int repetition = 0; repetition < 4; ++repetition) {
        routine->multiply(a, a + kSize * kSize, a + 2 * kSize * kSize);
      }
    });
    const Cost cost = watch.read();
    const double flops = static_cast<double>(cpus_.size()) * 4 * 2 * std::pow(static_cast<double>(kSize), 3);
    return {flops / cost.wall_s, flops / cost.cpu_s};
  }

 private:
  static constexpr std::size_t kSize = 1024;
  std::vector<int> cpus_;
  LibraryChoice choice_;
  std::vector<Array<float>> operands_;
};

/// A busy thread on each CPU while it lives.
class Competitors {
 public:
  explicit Competitors(const std::vector<int>& cpus) {
    for (const int cpu : cpus) {
      threads_.emplace_back([cpu](const std::stop_token& stop) {
        pin_this_thread(cpu);
        while (!stop.stop_requested()) {
        }
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

class Decoding {
 public:
  Decoding(const LlamaShape& shape, WeightFormat format, const std::vector<int>& cpus)
      : decoder_({.shape = shape,
                  .formats = {.weights = format, .head = format},
                  .page_count = kBatch * kPages,
                  .most_tokens = kPrompt,
                  .most_outputs = kBatch,
                  .cpus = cpus}),
        prompt_(kPrompt) {
    std::iota(prompt_.begin(), prompt_.end(), 7U);
    for (std::uint32_t s = 0; s < kBatch; ++s) {
      std::iota(pages_.at(s).begin(), pages_.at(s).end(), s * kPages);
      decoder_.fill_cache(pages_.at(s), kContext, 3);
    }
  }
  [[nodiscard]] LlamaDecoder& decoder() { return decoder_; }

  /// Of one iteration: the best wall time and the best CPU time of `repetitions`; or their mean.
  [[nodiscard]] Cost decode(std::uint32_t batch, int repetitions, bool mean = false) {
    std::array<SequenceStep, kBatch> sequences{};
    for (std::uint32_t s = 0; s < batch; ++s) {
      sequences.at(s) = {.tokens = std::span(prompt_).subspan(s, 1),
                         .position = kContext - 1,
                         .pages = pages_.at(s),
                         .wants_token = true};
    }
    return repeated({.sequences = std::span(sequences).first(batch), .next_tokens = next_}, repetitions, mean);
  }
  [[nodiscard]] Cost prefill() {
    const SequenceStep sequence{.tokens = prompt_, .position = 0, .pages = pages_[0], .wants_token = true};
    return repeated({.sequences = {&sequence, 1}, .next_tokens = next_}, 2, false);
  }

 private:
  Cost repeated(const DecoderStep& step, int repetitions, bool mean) {
    Cost best{1e9, 1e9}, sum;
    for (int i = 0; i < repetitions; ++i) {
      const Stopwatch watch;
      decoder_.step(step);
      const Cost cost = watch.read();
      best = {std::min(best.wall_s, cost.wall_s), std::min(best.cpu_s, cost.cpu_s)};
      sum = {sum.wall_s + cost.wall_s, sum.cpu_s + cost.cpu_s};
    }
    return mean ? Cost{sum.wall_s / repetitions, sum.cpu_s / repetitions} : best;
  }

  static constexpr std::uint32_t kPages = kPrompt / kPageTokens;
  LlamaDecoder decoder_;
  std::vector<std::uint32_t> prompt_;
  std::array<std::array<std::uint32_t, kPages>, kBatch> pages_{};
  std::array<std::uint32_t, kBatch> next_{};
};

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// A figure of each round.
struct Series {
  std::vector<double> values;
  [[nodiscard]] std::string text(double unit = 1.0) const {
    return fmt::format("{:.2f} ({:.2f} to {:.2f})", median(values) / unit, std::ranges::min(values) / unit,
                       std::ranges::max(values) / unit);
  }
};

Cost decode_beside_competitors(Decoding& decoding, const std::vector<int>& cpus) {
  const Competitors competitors(cpus);
  (void)decoding.decode(1, 3);
  return decoding.decode(1, 24, true);
}

void measure(Decoding& decoding, Reader& reader, Products& products, const std::vector<int>& cpus, int rounds) {
  LlamaDecoder& decoder = decoding.decoder();
  const auto bytes = static_cast<double>(decoder.shape().streamed_bytes(decoder.formats()).count) +
                     static_cast<double>(decoder.shape().kv_bytes_per_token(decoder.formats().kv).count) * kContext;
  const auto flops = static_cast<double>(decoder.shape().prompt_work(kPrompt).count);
  Series read, one, share, cpu_share, batch, cpu_batch, prefill, prefill_share, prefill_cpu_share, contended;
  for (int round = 0; round < rounds; ++round) {
    const auto [wall, cpu] = reader.bytes_per_second();
    const Cost single = decoding.decode(1, 12);
    const Cost eight = decoding.decode(kBatch, 6);
    const auto [gemm, gemm_cpu] = products.flops_per_second();
    const Cost prompt = decoding.prefill();
    const Cost clean = decoding.decode(1, 24, true);
    const Cost shared = decode_beside_competitors(decoding, cpus);
    read.values.push_back(wall);
    one.values.push_back(1 / single.wall_s);
    share.values.push_back(bytes / single.wall_s / wall);
    cpu_share.values.push_back(bytes / single.cpu_s / cpu);
    batch.values.push_back(kBatch * single.wall_s / eight.wall_s);
    cpu_batch.values.push_back(kBatch * single.cpu_s / eight.cpu_s);
    prefill.values.push_back(flops / prompt.wall_s);
    prefill_share.values.push_back(flops / prompt.wall_s / gemm);
    prefill_cpu_share.values.push_back(flops / prompt.cpu_s / gemm_cpu);
    contended.values.push_back(clean.wall_s / shared.wall_s);
  }
  fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", name_of(decoder.formats().weights),
             read.text(1e9), one.text(), share.text(), cpu_share.text(), batch.text(), cpu_batch.text(),
             prefill.text(1e9), prefill_share.text(), prefill_cpu_share.text(), contended.text());
  (void)std::fflush(stdout);
}

std::size_t number(const char* text) {
  std::size_t value = 0;
  std::from_chars(text, text + std::char_traits<char>::length(text), value);
  return value;
}

int run(std::span<const char* const> arguments) {
  const LlamaShape* const shape = find_llama_shape(arguments.size() > 1 ? arguments[1] : "tiny");
  std::vector<int> cpus = cpus_of_this_thread();
  const std::size_t threads = arguments.size() > 2 ? number(arguments[2]) : cpus.size();
  const std::size_t rounds = arguments.size() > 3 ? number(arguments[3]) : 5;
  if (shape == nullptr || threads == 0 || threads > cpus.size() || rounds == 0) {
    fmt::print(stderr, "usage: assay_decoder_probe [preset] [threads, up to {}] [rounds]\n", cpus.size());
    return 2;
  }
  cpus.resize(threads);
  pin_this_thread(cpus[0]);
  Reader reader(cpus);
  Products products(cpus);
  fmt::print("{}, {} threads, {}, context {}, {} rounds; f32 product of 1024 by {}\n\n", shape->name, threads,
             simd_target(), kContext, rounds, products.library());
  fmt::print(
      "| weights | read-only [GB/s] | batch 1 [token/s] | share of it | the same of CPU time | batch {} to 1 "
      "| the same of CPU time | prompt of {} [Gflop/s] | share of the f32 product | the same of CPU time "
      "| with a competitor a CPU |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
      kBatch, kPrompt);
  for (const WeightFormat format : {WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    Decoding decoding(*shape, format, cpus);
    const OutputCheck check = decoding.decoder().spot_check(1);
    if (!check.passed) {
      fmt::print(stderr, "{}: {}\n", name_of(format), check.detail);
      return 1;
    }
    measure(decoding, reader, products, cpus, static_cast<int>(rounds));
  }
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  try {
    return assay::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
  } catch (const std::exception& error) {
    fmt::print(stderr, "assay_decoder_probe: {}\n", error.what());
    return 1;
  }
}
