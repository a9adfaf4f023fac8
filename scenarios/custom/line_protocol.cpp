#include "scenarios/custom/line_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "scenarios/custom/answer_check.hpp"
#include "scenarios/custom/workload_limits.hpp"

namespace assay {

namespace {

constexpr std::uint64_t kMostAnswers = 8;

/// Takes the next word off `line`; empty at its end.
std::string_view next_word(std::string_view& line) noexcept {
  while (!line.empty() && line.front() == ' ') {
    line.remove_prefix(1);
  }
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class Number>
bool number_from(std::string_view text, Number& into) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

constexpr std::size_t kLongestName = 60;  // shown of a name or value that is none

[[noreturn]] void refuse(std::string_view what, std::string_view value, std::string_view expected) {
  throw std::runtime_error(fmt::format("its hello says {}={}: {}", what, one_line(value, kLongestName), expected));
}

std::uint64_t count_from(std::string_view name, std::string_view value, std::uint64_t least, std::uint64_t most) {
  std::uint64_t count = 0;
  if (!number_from(value, count) || count < least || count > most) {
    refuse(name, value, fmt::format("expected a whole number from {} to {}", least, most));
  }
  return count;
}

bool yes_from(std::string_view name, std::string_view value) {
  if (value != "yes" && value != "no") {
    refuse(name, value, "expected yes or no");
  }
  return value == "yes";
}

void take(LineHello& hello, std::string_view name, std::string_view value) {
  if (name == "samples") {
    hello.samples = count_from(name, value, 1, kMostSamples);
  } else if (name == "batch") {
    hello.batch = count_from(name, value, 1, kMostBatch);
  } else if (name == "answers") {
    hello.answers = count_from(name, value, 0, kMostAnswers);
  } else if (name == "version") {
    hello.workload_version = static_cast<int>(count_from(name, value, 1, 1'000'000));
  } else if (name == "flops") {
    hello.flops = count_from(name, value, 0, kMostWork);
  } else if (name == "bytes") {
    hello.bytes = count_from(name, value, 0, kMostWork);
  } else if (name == "tolerance") {
    if (!number_from(value, hello.tolerance) || !(hello.tolerance > 0.0 && hello.tolerance < 1.0)) {
      refuse(name, value, "expected a number between 0 and 1");
    }
  } else if (name == "reference") {
    hello.reference = yes_from(name, value);
  } else if (name == "verify") {
    hello.verify = yes_from(name, value);
  } else {
    throw std::runtime_error(fmt::format("its hello says {}={}, which version {} of the protocol does not know",
                                         one_line(name, kLongestName), one_line(value, kLongestName),
                                         kLineProtocolVersion));
  }
}

}  // namespace

std::string hello_request(std::size_t worker, std::size_t workers,
                          const std::map<std::string, std::string>& parameters) {
  std::string line = fmt::format("hello {} worker={} workers={}", kLineProtocolVersion, worker, workers);
  for (const auto& [name, value] : parameters) {
    line += fmt::format(" {}={}", name, value);
  }
  return line;
}

LineHello hello_from(std::string_view answer) {
  std::string_view rest = answer;
  if (next_word(rest) != "hello") {
    throw std::runtime_error(fmt::format("it answered '{}' where 'hello {} samples=N' was expected", one_line(answer),
                                         kLineProtocolVersion));
  }
  int version = 0;
  if (const std::string_view text = next_word(rest); !number_from(text, version) || version != kLineProtocolVersion) {
    throw std::runtime_error(
        fmt::format("it speaks version '{}' of the protocol, this program {}", one_line(text), kLineProtocolVersion));
  }
  LineHello hello;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) {
      throw std::runtime_error(fmt::format("its hello says '{}' where NAME=VALUE was expected", one_line(word)));
    }
    take(hello, word.substr(0, equals), word.substr(equals + 1));
  }
  if (hello.samples == 0) {
    throw std::runtime_error("its hello lacks samples=N, the number of distinct inputs");
  }
  if (hello.reference && hello.answers == 0) {
    throw std::runtime_error("its hello says reference=yes and no answers=N: there is nothing to compare");
  }
  return hello;
}

bool read_numbers(std::string_view answer, std::string_view word, std::span<float> numbers) noexcept {
  if (next_word(answer) != word) {
    return false;
  }
  for (float& number : numbers) {
    if (!number_from(next_word(answer), number)) {
      return false;
    }
  }
  return next_word(answer).empty();
}

std::string words_of(std::string_view answer) {
  std::string_view rest = answer;
  const std::string_view word = next_word(rest);
  if (word == "error" || word == "wrong") {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest.empty() ? "it does not say why" : one_line(rest);
  }
  return fmt::format("it answered '{}'", one_line(answer));
}

}  // namespace assay
