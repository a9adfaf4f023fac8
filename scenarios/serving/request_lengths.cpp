#include "scenarios/serving/request_lengths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "harness/decimal_text.hpp"
#include "harness/random_bits.hpp"

namespace assay {

namespace {

constexpr std::size_t kPoints = 29;
using Quantiles = std::array<double, kPoints>;

// Between two of them the lengths are taken as uniform; the means come out within 3 % of those of the traces.
constexpr Quantiles kShares = {0,    0.01, 0.02, 0.05, 0.10, 0.15, 0.20,  0.25,  0.30, 0.35,
                               0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70,  0.75,  0.80, 0.85,
                               0.90, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 1.0};
// Read from AzureLLMInferenceTrace_conv.csv (19,366 requests) and _code.csv (8,819), Azure Public Dataset, 2023.
constexpr Quantiles kConvPrompt = {2,    29,   91,   181,  207,  372,  387,  396,  403,  414,
                                   703,  984,  1020, 1045, 1071, 1097, 1130, 1189, 1315, 1877,
                                   2735, 4076, 4083, 4090, 4098, 4142, 4831, 6212, 14050};
constexpr Quantiles kConvOutput = {7,   16,  24,  41,  54,  67,  77,  85,  91,  96,  103, 113, 129, 151, 177,
                                   217, 384, 395, 400, 411, 424, 433, 451, 509, 540, 601, 644, 954, 1000};
constexpr Quantiles kCodePrompt = {3,    17,   35,   75,   147,  232,  385,  578,  770,  938,
                                   1075, 1261, 1469, 1690, 1909, 2164, 2433, 2745, 3193, 3923,
                                   5194, 6194, 7315, 7435, 7436, 7436, 7436, 7437, 7437};
constexpr Quantiles kCodeOutput = {6,  6,  6,  6,  7,  7,  8,  9,  9,   10,  11,  12,  13,  14,  16,
                                   18, 20, 24, 29, 39, 55, 72, 90, 128, 172, 252, 361, 831, 1899};

double quantile(const Quantiles& values, double share) {
  std::size_t at = 1;
  while (at + 1 < kPoints && kShares[at] < share) {
    ++at;
  }
  const double within = (share - kShares[at - 1]) / (kShares[at] - kShares[at - 1]);
  return values[at - 1] + within * (values[at] - values[at - 1]);
}

std::uint32_t number_from(std::string_view text, std::string_view whole) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::uint32_t kMost = 10'000'000;
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > kMost) {
    throw std::invalid_argument(
        fmt::format("{}: expected LAW[/DIVISOR][:PROMPT/OUTPUT] with LAW one of azure-conv, azure-code, openorca-like, "
                    "fixed:PROMPT/OUTPUT or a trace's file, e.g. azure-conv/8:512/64; {} is no count of tokens",
                    quoted(whole), quoted(text)));
  }
  return value;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "512/64" at the end, behind a colon.
std::optional<RequestLength> pair_from(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_number(text.substr(0, slash)) || !is_number(text.substr(slash + 1))) {
    return std::nullopt;
  }
  return RequestLength{.prompt = number_from(text.substr(0, slash), text),
                       .output = number_from(text.substr(slash + 1), text)};
}

std::vector<RequestLength> rows_of(const std::string& path) {
  constexpr std::size_t kMostRows = 20'000'000;
  constexpr std::size_t kLongestLine = 4096;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  std::vector<RequestLength> rows;
  std::string line;
  const auto add = [&](std::size_t number) {
    const auto first = line.find(',');
    const auto second = first == std::string::npos ? first : line.find(',', first + 1);
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (line.empty() || line.front() == '#' || (number == 1 && line.find_first_of("0123456789") == std::string::npos)) {
      return;
    }
    RequestLength row;
    const auto column = [&](std::size_t begin, std::size_t end, std::uint32_t& into) {
      const auto [rest, error] = std::from_chars(line.data() + begin, line.data() + end, into);
      constexpr std::uint32_t kMost = 10'000'000;
      return error == std::errc{} && rest == line.data() + end && into <= kMost;
    };
    if (second == std::string::npos || line.find(',', second + 1) != std::string::npos ||
        !column(first + 1, second, row.prompt) || !column(second + 1, line.size(), row.output) ||
        rows.size() == kMostRows) {
      throw std::runtime_error(fmt::format(
          "{}:{}: expected TIMESTAMP,ContextTokens,GeneratedTokens, e.g. 2023-11-16 18:17:03.97,374,44", path, number));
    }
    rows.push_back({.prompt = std::max(row.prompt, 1U), .output = std::max(row.output, 1U)});
  };
  std::size_t number = 1;
  char c = 0;
  while (file.get(c)) {  // not std::getline: a file without line ends must not fill the memory
    if (c != '\n') {
      if (line.size() == kLongestLine) {
        throw std::runtime_error(fmt::format("{}:{}: a line of more than {} bytes", path, number, kLongestLine));
      }
      line += c;
      continue;
    }
    add(number++);
    line.clear();
  }
  if (!line.empty()) {
    add(number);
  }
  if (rows.empty()) {
    throw std::runtime_error(fmt::format("{}: no request in it", path));
  }
  return rows;
}

/// A log-normal law by its mean and the standard deviation of the logarithm.
double log_normal(double mean, double sigma, double normal) {
  return mean * std::exp(sigma * normal - sigma * sigma / 2);
}

constexpr std::uint64_t kDraws = 4096;

}  // namespace

RequestLengths RequestLengths::fixed(std::uint32_t prompt, std::uint32_t output) {
  RequestLengths lengths;
  lengths.name_ = fmt::format("fixed:{}/{}", prompt, output);
  lengths.fixed_ = {.prompt = prompt, .output = output};
  return lengths;
}

RequestLengths RequestLengths::parse(std::string_view text) {
  constexpr std::string_view kFixed = "fixed:";
  if (text.starts_with(kFixed)) {
    const auto pair = pair_from(text.substr(kFixed.size()));
    if (!pair) {
      (void)number_from("", text);
    }
    return fixed(pair->prompt, pair->output);
  }
  RequestLengths lengths;
  lengths.name_ = text;
  std::string_view rest = text;
  if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
    if (const auto clips = pair_from(rest.substr(colon + 1))) {
      lengths.most_prompt_ = clips->prompt;
      lengths.most_output_ = clips->output;
      rest = rest.substr(0, colon);
    }
  }
  if (const auto slash = rest.rfind('/'); slash != std::string_view::npos && is_number(rest.substr(slash + 1))) {
    lengths.divisor_ = number_from(rest.substr(slash + 1), text);
    rest = rest.substr(0, slash);
  }
  if (rest == "azure-conv") {
    lengths.law_ = Law::azure_conv;
  } else if (rest == "azure-code") {
    lengths.law_ = Law::azure_code;
  } else if (rest == "openorca-like") {
    lengths.law_ = Law::openorca;
  } else if (rest.find('.') != std::string_view::npos || rest.find('/') != std::string_view::npos) {
    lengths.law_ = Law::rows;
    lengths.rows_ = rows_of(std::string(rest));
  } else {
    (void)number_from(rest.empty() ? text : rest, text);  // says what is accepted
    throw std::invalid_argument(fmt::format("{}: names no law", quoted(text)));
  }
  return lengths;
}

RequestLength RequestLengths::drawn(std::uint64_t seed, std::uint64_t index) const {
  if (law_ == Law::fixed) {
    return fixed_;
  }
  if (law_ == Law::rows) {
    return rows_[index % rows_.size()];
  }
  RandomBits random(split_mix(seed ^ split_mix(index)));
  if (law_ == Law::openorca) {
    // The spread is assumed; the means before the clip give 278 and 294 tokens after it.
    constexpr double kPromptMean = 289.0;
    constexpr double kOutputMean = 301.0;
    constexpr double kSigma = 0.8;
    constexpr double kMost = 1024.0;
    const double prompt = log_normal(kPromptMean, kSigma, random.normal());
    const double output = log_normal(kOutputMean, kSigma, random.normal());
    return {.prompt = static_cast<std::uint32_t>(std::clamp(prompt, 1.0, kMost)),
            .output = static_cast<std::uint32_t>(std::clamp(output, 1.0, kMost))};
  }
  const bool conversation = law_ == Law::azure_conv;
  const double prompt = quantile(conversation ? kConvPrompt : kCodePrompt, random.unit());
  const double output = quantile(conversation ? kConvOutput : kCodeOutput, random.unit());
  return {.prompt = static_cast<std::uint32_t>(prompt), .output = static_cast<std::uint32_t>(output)};
}

RequestLength RequestLengths::of(std::uint64_t seed, std::uint64_t index) const {
  RequestLength length = drawn(seed, index);
  length.prompt = std::clamp(length.prompt / divisor_, 1U, most_prompt_);
  // The time per token of an answer of one is not defined, and LoadGen calls it an error: a law draws none.
  const std::uint32_t least = law_ == Law::fixed || law_ == Law::rows ? 1 : 2;
  length.output = std::max(std::clamp(length.output / divisor_, 1U, most_output_), std::min(least, most_output_));
  if (most_total_ != UINT32_MAX) {
    length.output = std::min(length.output, most_total_ - 1);
    length.prompt = std::min(length.prompt, most_total_ - length.output);
  }
  return length;
}

double RequestLengths::mean_prompt(std::uint64_t seed) const {
  double sum = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    sum += of(seed, i).prompt;
  }
  return sum / static_cast<double>(kDraws);
}

double RequestLengths::mean_output(std::uint64_t seed) const {
  double sum = 0.0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    sum += of(seed, i).output;
  }
  return sum / static_cast<double>(kDraws);
}

std::uint32_t RequestLengths::prompt_quantile(std::uint64_t seed, double share) const {
  std::vector<std::uint32_t> prompts(kDraws);
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    prompts[i] = of(seed, i).prompt;
  }
  std::ranges::sort(prompts);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(kDraws)));
  return prompts[std::clamp<std::size_t>(rank, 1, kDraws) - 1];
}

std::uint32_t RequestLengths::longest() const {
  std::uint64_t prompt = fixed_.prompt;
  std::uint64_t output = fixed_.output;
  if (law_ == Law::rows) {
    prompt = std::ranges::max_element(rows_, {}, &RequestLength::prompt)->prompt;
    output = std::ranges::max_element(rows_, {}, &RequestLength::output)->output;
  } else if (law_ == Law::openorca) {
    prompt = output = 1024;
  } else if (law_ != Law::fixed) {
    prompt = static_cast<std::uint64_t>((law_ == Law::azure_conv ? kConvPrompt : kCodePrompt).back());
    output = static_cast<std::uint64_t>((law_ == Law::azure_conv ? kConvOutput : kCodeOutput).back());
  }
  prompt = std::min<std::uint64_t>(prompt / divisor_ + 1, most_prompt_);
  output = std::min<std::uint64_t>(output / divisor_ + 1, most_output_);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(prompt + output, most_total_));
}

}  // namespace assay
