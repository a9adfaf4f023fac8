#include <algorithm>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include "kernels/cuda/llm/llm_interface.h"
#include "tools/gpu_check/check_run.hpp"
#include "tools/gpu_check/llama_on_card.hpp"

namespace assay::gpu_check {
namespace {

constexpr std::uint32_t kContext = 2048;
constexpr std::uint32_t kMostBatch = 64;
constexpr std::uint32_t kPagesOfSequence = (kContext + 64) / ASSAY_LLM_PAGE_TOKENS;
constexpr double kLayerElements = 855'638'016.0;  // of the matrices of one layer
constexpr double kHeadBytes = 2'101'346'304.0;    // bf16
constexpr double kTokenBytes = 163'840.0;         // of the cache in e4m3, all layers
constexpr double kAttentionFlops = 1.3107e6;      // causal, times the square of the prompt's tokens

/// How a decoder is opened.
struct Opened {
  AssayLlmFormat weights = ASSAY_LLM_F8;
  bool graphs = true;
};

/// 4 bits and a scale of 32 for 128 of them are 4.25.
double layer_bytes(AssayLlmFormat weights) {
  return weights == ASSAY_LLM_INT4 ? kLayerElements * 4.25 / 8 : kLayerElements;
}

LlamaRoom room_of(const Opened& how) {
  return {.pages = kMostBatch * kPagesOfSequence,
          .most_tokens = kContext,
          .most_outputs = kMostBatch,
          .graphs = how.graphs,
          .weights = how.weights};
}

/// Steps of the decoder, for as long as this lives.
class Decoder {
 public:
  Decoder(const AssayLlmTable& table, std::int32_t device, const Opened& how)
      : llama_(table, device, llama_70b_options(room_of(how))), weights_(how.weights) {
    std::mt19937 random(1);
    tokens_.resize(kContext);
    std::ranges::generate(tokens_, [&] { return static_cast<std::uint32_t>(random() % 128'256U); });
    pages_.resize(std::size_t{kMostBatch} * kPagesOfSequence);
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      pages_[i] = static_cast<std::uint32_t>(i);
    }
    std::ranges::shuffle(pages_, random);
  }

  /// Device seconds of a step in which `batch` sequences answer, each holding `context` tokens.
  double answers(std::uint32_t batch, std::uint32_t context) {
    std::vector<AssayLlmSequence> step(batch);
    for (std::uint32_t s = 0; s < batch; ++s) {
      step[s] = sequence(s, context, 1);
    }
    return llama_.run(step);
  }
  /// Device seconds of a prompt that fills sequence `s`.
  double prompt(std::uint32_t s) {
    const AssayLlmSequence whole = sequence(s, 0, kContext);
    return llama_.run({&whole, 1});
  }

  /// Compares with the host, and adds a row that says what it found; all rows of this decoder repeat it.
  void check_outputs(CheckRun& run, const std::string& name) {
    output_ = add_output_row(run.findings, llama_, "decoder", name);
  }
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] LlamaOnCard& llama() { return llama_; }
  [[nodiscard]] AssayLlmFormat weights() const { return weights_; }

 private:
  AssayLlmSequence sequence(std::uint32_t s, std::uint32_t position, std::uint32_t count) {
    return {tokens_.data() + s % 64,
            count == 1 ? 1U : count - 64,
            position,
            pages_.data() + std::size_t{s} * kPagesOfSequence,
            kPagesOfSequence,
            1,
            ASSAY_LLM_NO_INDEX};
  }

  LlamaOnCard llama_;
  AssayLlmFormat weights_;
  std::string output_;
  std::vector<std::uint32_t> tokens_;
  std::vector<std::uint32_t> pages_;
};

template <class Step>
std::vector<double> milliseconds_of(int count, const Step& step) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  (void)step();
  for (int i = 0; i < count; ++i) {
    values.push_back(1e3 * step());
  }
  return values;
}

void add_step(CheckRun& run, Decoder& decoder, std::uint32_t batch, std::uint32_t context, const char* how) {
  Row row{.part = "decoder",
          .name = "step, batch " + std::to_string(batch) + ", context " + std::to_string(context) + how,
          .unit = "ms"};
  row.output = decoder.output();
  row.value = spread_of(milliseconds_of(12, [&] { return decoder.answers(batch, context); }));
  if (const auto read = run.measured.find("read"); read != run.measured.end()) {
    row.reference =
        1e3 * (80 * layer_bytes(decoder.weights()) + kHeadBytes + batch * double{kTokenBytes} * context) / read->second;
    row.reference_name = "its floor (bytes / measured read)";
    if (decoder.weights() == ASSAY_LLM_INT4 && batch == 1) {
      row.target = Target{.text = "<= 1.3 of its floor", .share = 1.3, .at_most = true};
    } else if (decoder.weights() != ASSAY_LLM_INT4 && batch <= 16) {
      row.target = Target{.text = "<= 1.25 of its floor", .share = 1.25, .at_most = true};
    }
  }
  run.findings.add(std::move(row));
}

/// From the end of one step to the end of the next, the share in which no step ran on the card. One step at a time is
/// in the queue: what the host does between two steps is in it.
void add_bubble(CheckRun& run, Decoder& decoder, std::uint32_t batch) {
  constexpr int kSteps = 60;
  constexpr std::uint32_t kShortContext = 256;
  (void)decoder.answers(batch, kShortContext);
  std::vector<double> percents;
  percents.reserve(kSteps);
  double end_s = now_s();
  for (int i = 0; i < kSteps; ++i) {
    const double device_s = decoder.answers(batch, kShortContext);
    const double wall_s = now_s() - end_s;
    end_s += wall_s;
    percents.push_back(100.0 * (wall_s - device_s) / wall_s);
  }
  Row row{.part = "decoder", .name = "host bubble, batch " + std::to_string(batch) + ", one step queued", .unit = "%"};
  row.output = decoder.output();
  row.value = spread_of(percents);
  row.reference = 100.0;
  row.reference_name = "the time from step to step";
  row.target = Target{.text = "<= 2 % of the time", .share = 0.02, .at_most = true};
  run.findings.add(std::move(row));
}

/// How busy the card looks beside what its matrix units did: one sequence answers for three seconds.
void add_utilisation(CheckRun& run, Decoder& decoder) {
  constexpr double kSeconds = 3.0;  // the driver's figure covers up to the last second
  const double begin = now_s();
  std::size_t tokens = 0;
  do {
    (void)decoder.answers(1, 256);
    ++tokens;
  } while (now_s() - begin < kSeconds);
  const double rate = kLlamaTokenFlops * static_cast<double>(tokens) / (now_s() - begin);
  const Reading<GpuUtilisation> seen =
      run.board ? run.board->utilisation() : Reading<GpuUtilisation>{Unavailable{run.board.reason()}};
  const auto peak = run.measured.find("f8");
  const std::string computed = peak == run.measured.end()
                                   ? "not available: no rate of f8 products was measured"
                                   : number_text(100.0 * rate / peak->second) + " % of the measured f8 rate";
  const std::string read =
      seen ? number_text(100.0 * seen->kernels) + " %" : "not available: " + std::string(seen.reason());
  run.findings.note("decoder, batch 1",
                    "utilisation as commonly read: " + read + "; work of the layers' products: " + computed);
}

void check_facts_and_outputs(CheckRun& run, Decoder& decoder, const std::string& name) {
  decoder.llama().facts(
      [&](const std::string& fact, const std::string& value) { run.findings.note(name + ", " + fact, value); });
  decoder.check_outputs(run, name);
}

/// Weights of 4 bits: steps of few sequences, which are the products' reading, and a prompt, which pays for unpacking.
/// The time of each product beside those of the ways that lost is among the facts.
void check_packed(CheckRun& run, const AssayLlmTable& table) {
  Decoder decoder(table, run.device, {.weights = ASSAY_LLM_INT4});
  check_facts_and_outputs(run, decoder, "decoder W4A16");
  Row prompt{.part = "decoder", .name = "prompt of " + std::to_string(kContext - 64) + " tokens, W4A16", .unit = "ms"};
  prompt.output = decoder.output();
  prompt.value = spread_of(milliseconds_of(4, [&] { return decoder.prompt(0); }));
  if (const auto peak = run.measured.find("bf16"); peak != run.measured.end()) {
    constexpr double kPromptTokens = kContext - 64;
    prompt.reference =
        1e3 * (kLlamaTokenFlops * kPromptTokens + kAttentionFlops * kPromptTokens * kPromptTokens) / peak->second;
    prompt.reference_name = "its work at the measured bf16 rate";
  }
  run.findings.add(std::move(prompt));
  for (const std::uint32_t batch : {1U, 4U, 16U, 32U}) {
    if (run.has_time("decoder", "step, W4A16", 2.0)) {
      add_step(run, decoder, batch, 256, ", W4A16, graphs");
    }
  }
}

void check_steps(CheckRun& run, const AssayLlmTable& table) {
  Decoder decoder(table, run.device, {});
  check_facts_and_outputs(run, decoder, "decoder");
  constexpr double kPromptTokens = kContext - 64;
  Row prompt{.part = "decoder", .name = "prompt of " + std::to_string(kContext - 64) + " tokens", .unit = "ms"};
  std::vector<double> prompts;
  for (std::uint32_t s = 0; s < kMostBatch && run.has_time("decoder", "prompts", 1.0); ++s) {
    prompts.push_back(1e3 * decoder.prompt(s));
  }
  prompt.output = decoder.output();
  prompt.value = spread_of(prompts);
  if (const auto peak = run.measured.find("f8"); peak != run.measured.end()) {
    prompt.reference =
        1e3 * (kLlamaTokenFlops * kPromptTokens + kAttentionFlops * kPromptTokens * kPromptTokens) / peak->second;
    prompt.reference_name = "its work at the measured f8 rate";
    prompt.target = Target{.text = "<= 2.0 of it: MFU 0.50", .share = 2.0, .at_most = true};
  }
  run.findings.add(std::move(prompt));
  for (const std::uint32_t batch : {1U, 4U, 16U, 32U, kMostBatch}) {
    for (const std::uint32_t context : {256U, kContext - 64U}) {
      if (run.has_time("decoder", "step", 2.0)) {
        add_step(run, decoder, batch, context, ", graphs");
      }
    }
  }
  for (const std::uint32_t batch : {1U, 16U}) {
    if (run.has_time("decoder", "host bubble", 3.0)) {
      add_bubble(run, decoder, batch);
    }
  }
  if (run.has_time("decoder", "utilisation as commonly read", 4.0)) {
    add_utilisation(run, decoder);
  }
}

}  // namespace

void check_decoder(CheckRun& run) {
  const AssayLlmTable* const table = llama_table(run.table);
  Row row{.part = "decoder", .name = "Llama-3-70B", .unit = ""};
  if (table == nullptr) {
    row.note = "not built: this library has no decoder (kernels/cuda/llm)";
    run.findings.add(std::move(row));
    return;
  }
  try {
    if (run.has_time("decoder", "Llama-3-70B", 40.0)) {
      check_steps(run, *table);
    }
    if (run.has_time("decoder", "without graphs", 25.0)) {
      Decoder decoder(*table, run.device, {.graphs = false});
      decoder.check_outputs(run, "decoder, kernel by kernel");
      add_step(run, decoder, 1, 256, ", kernel by kernel");
      add_step(run, decoder, 16, 256, ", kernel by kernel");
    }
    if (run.has_time("decoder", "W4A16", 40.0)) {
      check_packed(run, *table);
    }
  } catch (const std::exception& error) {
    row.note = error.what();
    run.findings.add(std::move(row));
  }
}

}  // namespace assay::gpu_check
