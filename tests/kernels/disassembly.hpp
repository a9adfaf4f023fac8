#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::test_support {

/// One machine instruction as objdump prints it (AT&T syntax on x86-64).
struct Instruction {
  std::uint64_t address = 0;
  std::string mnemonic;  ///< "vfmadd231pd"
  std::string operands;  ///< "%ymm0,%ymm15,%ymm0"

  /// Whether an operand is in memory. lea does not count: it computes an address and touches nothing.
  [[nodiscard]] bool accesses_memory() const;
};

using Code = std::vector<Instruction>;

/// Why the instructions of the kernels cannot be judged here, e.g. a build with sanitizers, which adds checks to every
/// loop, or no objdump; empty if they can be. For GTEST_SKIP.
[[nodiscard]] std::string disassembly_obstacle();

/// The code of the one function of `library` (an object file, archive, shared library or program) whose demangled name
/// begins with `name_prefix`: "assay::N_AVX2::fma_chains_f64". Detached cold parts are left out.
/// Throws std::runtime_error if there is no such function or more than one, naming them.
[[nodiscard]] Code function_code(const std::string& library, const std::string& name_prefix);

/// The shortest stretch of `code` that a jump at its end repeats, of those that touch memory so often; empty if nothing
/// repeats. (GCC 14 makes a loop of its own of passes over nothing, which only compares their number.)
[[nodiscard]] Code innermost_loop(const Code& code, std::size_t least_accesses = 0);

/// How many instructions have this mnemonic and name this text ("%ymm"; empty: anything) in their operands.
[[nodiscard]] std::size_t count_of(const Code& code, std::string_view mnemonic, std::string_view in_operands = {});

[[nodiscard]] std::size_t memory_accesses(const Code& code);

/// One instruction a line, for the message of a failed test.
[[nodiscard]] std::string text_of(const Code& code);

}  // namespace assay::test_support
