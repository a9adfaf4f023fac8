#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// Tokens of a prompt and of its answer.
struct RequestLength {
  std::uint32_t prompt = 1;
  std::uint32_t output = 1;
  friend bool operator==(const RequestLength&, const RequestLength&) = default;
};

/// How long the requests of a run are, drawn apart for prompt and answer (their logarithms correlate by 0.09 and 0.00
/// in the two traces). As typed: LAW[/DIVISOR][:MOST_PROMPT/MOST_OUTPUT], e.g. azure-conv/8:512/64. LAW is
/// azure-conv, azure-code: quantiles of the Azure LLM inference traces of 2023 (CC-BY); openorca-like: means as
/// MLPerf's Llama-2-70B has them (278 in, 294 out, at most 1024 of each), the spread assumed; fixed:I/O; or a file of a
/// trace with the columns TIMESTAMP,ContextTokens,GeneratedTokens, taken row by row.
class RequestLengths {
 public:
  /// Throws std::invalid_argument for a text of another form, std::runtime_error for a file that cannot be read or has
  /// other columns, naming the line.
  static RequestLengths parse(std::string_view text);
  static RequestLengths fixed(std::uint32_t prompt, std::uint32_t output);

  /// Of the request `index` of a run; equal seeds give equal lengths.
  [[nodiscard]] RequestLength of(std::uint64_t seed, std::uint64_t index) const;
  [[nodiscard]] const std::string& name() const { return name_; }

  /// From some thousand draws: mean, and the quantile of the prompts.
  [[nodiscard]] double mean_prompt(std::uint64_t seed) const;
  [[nodiscard]] double mean_output(std::uint64_t seed) const;
  [[nodiscard]] std::uint32_t prompt_quantile(std::uint64_t seed, double share) const;
  /// The longest prompt and answer together that may be drawn.
  [[nodiscard]] std::uint32_t longest() const;

  /// Replaces the clips, e.g. by a model's context: no request of more tokens than that is drawn.
  void limit_total(std::uint32_t tokens) { most_total_ = tokens; }

 private:
  enum class Law { azure_conv, azure_code, openorca, fixed, rows };

  [[nodiscard]] RequestLength drawn(std::uint64_t seed, std::uint64_t index) const;

  std::string name_;
  Law law_ = Law::fixed;
  RequestLength fixed_;
  std::vector<RequestLength> rows_;
  std::uint32_t divisor_ = 1;
  std::uint32_t most_prompt_ = UINT32_MAX;
  std::uint32_t most_output_ = UINT32_MAX;
  std::uint32_t most_total_ = UINT32_MAX;
};

}  // namespace assay
