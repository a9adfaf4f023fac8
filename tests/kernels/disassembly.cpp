#include "tests/kernels/disassembly.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

namespace assay::test_support {
namespace {

std::vector<std::string> output_lines(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<std::string> lines;
  std::array<char, 4096> part{};
  std::string line;
  while (pipe && std::fgets(part.data(), part.size(), pipe.get()) != nullptr) {
    line += part.data();
    if (line.back() == '\n') {  // a demangled name can be longer than one part
      line.pop_back();
      lines.push_back(std::move(line));
      line.clear();
    }
  }
  return lines;
}

/// Kept between tests: a program asks for many functions of the same library.
const std::vector<std::string>& disassembly(const std::string& library) {
  static std::map<std::string, std::vector<std::string>> known;
  const auto found = known.find(library);
  if (found != known.end()) {
    return found->second;
  }
  return known[library] = output_lines("objdump --disassemble --demangle --no-show-raw-insn '" + library + "'");
}

/// "0000000000000950 <assay::f(int)>:" -> "assay::f(int)"
std::optional<std::string> function_heading(const std::string& line) {
  const std::size_t begin = line.find(" <");
  if (begin == std::string::npos || line.size() < 2 || line.compare(line.size() - 2, 2, ">:") != 0) {
    return std::nullopt;
  }
  return line.substr(begin + 2, line.size() - begin - 4);
}

/// "  950:\tvfmadd132pd %ymm1,%ymm2,%ymm3" or "  95a:\tjne    950 <assay::f(int)+0x10>"
std::optional<Instruction> instruction(const std::string& line) {
  const std::size_t colon = line.find(":\t");
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  const std::string text = line.substr(colon + 2, line.find(" <") - colon - 2);
  const std::size_t gap = std::min(text.find(' '), text.size());
  const std::size_t operands = std::min(text.find_first_not_of(' ', gap), text.size());
  return Instruction{.address = std::stoull(line.substr(0, colon), nullptr, 16),
                     .mnemonic = text.substr(0, gap),
                     .operands = text.substr(operands)};
}

/// Where a jump leads, for jumps to a fixed address.
std::optional<std::uint64_t> jump_target(const Instruction& jump) {
  const bool jumps = jump.mnemonic[0] == 'j' || jump.mnemonic.rfind("loop", 0) == 0;
  if (!jumps || jump.operands.find_first_of("*%(") != std::string::npos || jump.operands.empty()) {
    return std::nullopt;
  }
  return std::stoull(jump.operands, nullptr, 16);
}

}  // namespace

bool Instruction::accesses_memory() const {
  return operands.find('(') != std::string::npos && mnemonic.rfind("lea", 0) != 0 && mnemonic.rfind("nop", 0) != 0;
}

std::string disassembly_obstacle() {
#if !defined(__x86_64__)
  return "the expected instructions are written down for x86-64 only";
#else
  if (const std::string sanitizers = ASSAY_KERNELS_SANITIZERS; !sanitizers.empty()) {
    return "built with -fsanitize=" + sanitizers + ", which adds checks to the loop";
  }
  if (std::system("objdump --version > /dev/null 2>&1") != 0) {  // NOLINT(concurrency-mt-unsafe)
    return "objdump (package binutils) is not installed";
  }
  return {};
#endif
}

Code function_code(const std::string& library, const std::string& name_prefix) {
  Code code;
  std::vector<std::string> names;
  bool inside = false;
  for (const std::string& line : disassembly(library)) {
    if (const auto name = function_heading(line)) {
      inside = name->rfind(name_prefix, 0) == 0 && name->find("[clone .cold") == std::string::npos;
      if (inside) {
        names.push_back(*name);
      }
    } else if (inside) {
      if (const auto found = instruction(line)) {
        code.push_back(*found);
      }
    }
  }
  if (names.size() != 1) {
    std::string message = std::to_string(names.size()) + " functions of " + library + " begin with " + name_prefix;
    for (const std::string& name : names) {
      message += "\n  " + name;
    }
    throw std::runtime_error(message);
  }
  return code;
}

Code innermost_loop(const Code& code, std::size_t least_accesses) {
  Code shortest;
  for (std::size_t end = 0; end < code.size(); ++end) {
    const auto target = jump_target(code[end]);
    const auto begin =
        std::find_if(code.begin(), code.end(), [&](const Instruction& at) { return target && at.address == *target; });
    const auto last = code.begin() + static_cast<std::ptrdiff_t>(end);
    if (begin <= last && (shortest.empty() || static_cast<std::size_t>(last - begin) + 1 < shortest.size())) {
      if (const Code loop(begin, last + 1); memory_accesses(loop) >= least_accesses) {
        shortest = loop;
      }
    }
  }
  return shortest;
}

std::size_t count_of(const Code& code, std::string_view mnemonic, std::string_view in_operands) {
  return static_cast<std::size_t>(std::count_if(code.begin(), code.end(), [&](const Instruction& each) {
    return each.mnemonic == mnemonic && each.operands.find(in_operands) != std::string::npos;
  }));
}

std::size_t memory_accesses(const Code& code) {
  return static_cast<std::size_t>(
      std::count_if(code.begin(), code.end(), [](const Instruction& each) { return each.accesses_memory(); }));
}

std::string text_of(const Code& code) {
  std::string text;
  for (const Instruction& each : code) {
    text += each.mnemonic + " " + each.operands + "\n";
  }
  return text;
}

}  // namespace assay::test_support
