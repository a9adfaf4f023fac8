// The compiled FMA loops hold one instruction for each chain: none merged, dropped or spilled to memory.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace assay {
namespace {

struct Instruction {
  std::uint64_t address = 0;
  std::string text;  ///< mnemonic and operands
};

/// The functions' code from objdump's output for the object file of kernels/fma_loop.cpp, or nothing if objdump is
/// missing.
std::optional<std::vector<std::string>> disassembly() {
  if (std::system("objdump --version > /dev/null 2>&1") != 0) {  // NOLINT(concurrency-mt-unsafe)
    return std::nullopt;
  }
  const std::string command = "objdump --disassemble --demangle --no-show-raw-insn '" ASSAY_KERNELS_LIBRARY "'";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<std::string> lines;
  std::array<char, 4096> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    lines.emplace_back(line.data());
  }
  return lines;
}

/// "  950:\tvfmadd132pd ..." of the function whose heading contains `name`.
std::vector<Instruction> function_body(const std::vector<std::string>& lines, const std::string& name) {
  std::vector<Instruction> body;
  bool inside = false;
  for (const std::string& line : lines) {
    if (line.find(">:") != std::string::npos) {
      inside = line.find("<" + name) != std::string::npos;
    } else if (const std::size_t colon = line.find(":\t"); inside && colon != std::string::npos) {
      body.push_back(
          {std::stoull(line.substr(0, colon), nullptr, 16), line.substr(colon + 2, line.find(" <") - colon - 2)});
    }
  }
  return body;
}

/// The shortest stretch of code that a jump at its end repeats: the innermost loop.
std::vector<Instruction> innermost_loop(const std::vector<Instruction>& body) {
  std::vector<Instruction> shortest;
  for (std::size_t end = 0; end < body.size(); ++end) {
    const std::string& text = body[end].text;
    const std::size_t operand = text.find_first_of("0123456789abcdef", text.find(' '));
    if (text[0] != 'j' || operand == std::string::npos || text.find('*') != std::string::npos) {
      continue;
    }
    const std::uint64_t target = std::stoull(text.substr(operand), nullptr, 16);
    std::vector<Instruction> loop;
    for (std::size_t i = 0; i <= end; ++i) {
      if (body[i].address >= target) {
        loop.push_back(body[i]);
      }
    }
    if (target <= body[end].address && (shortest.empty() || loop.size() < shortest.size())) {
      shortest = loop;
    }
  }
  return shortest;
}

struct ExpectedLoop {
  std::string function;
  std::string multiply_add;  ///< of the right width
  std::size_t chains = 0;
  std::string registers;
};

std::ostream& operator<<(std::ostream& out, const ExpectedLoop& loop) { return out << loop.function; }

class FmaInstructions : public ::testing::TestWithParam<ExpectedLoop> {};

TEST_P(FmaInstructions, OneForEachChain) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the expected instructions are written down for x86-64 only";
#endif
  if (const std::string sanitizers = ASSAY_KERNELS_SANITIZERS; !sanitizers.empty()) {
    GTEST_SKIP() << "built with -fsanitize=" << sanitizers << ", which adds checks to the loop";
  }
  const auto lines = disassembly();
  if (!lines) {
    GTEST_SKIP() << "objdump (package binutils) is not installed";
  }
  const std::vector<Instruction> body = function_body(*lines, GetParam().function);
  ASSERT_FALSE(body.empty());
  const std::vector<Instruction> loop = innermost_loop(body);
  std::size_t multiply_adds = 0;
  std::size_t memory_accesses = 0;
  for (const Instruction& instruction : loop) {
    const bool right = instruction.text.rfind("vfmadd", 0) == 0 &&
                       instruction.text.find(GetParam().multiply_add) != std::string::npos &&
                       instruction.text.find(GetParam().registers) != std::string::npos;
    multiply_adds += right ? 1U : 0U;
    memory_accesses += instruction.text.find('(') != std::string::npos ? 1U : 0U;
  }
  EXPECT_EQ(multiply_adds, GetParam().chains);
  EXPECT_EQ(memory_accesses, 0U);
  EXPECT_LE(loop.size(), GetParam().chains + 3);  // and what counts the iterations
}

INSTANTIATE_TEST_SUITE_P(Targets, FmaInstructions,
                         ::testing::Values(ExpectedLoop{"assay::N_AVX2::fma_chains_f64", "pd", 12, "%ymm"},
                                           ExpectedLoop{"assay::N_AVX2::fma_chains_f32", "ps", 12, "%ymm"},
                                           ExpectedLoop{"assay::N_AVX3::fma_chains_f64", "pd", 16, "%zmm"},
                                           ExpectedLoop{"assay::N_AVX3::fma_chains_f32", "ps", 16, "%zmm"}));

}  // namespace
}  // namespace assay
