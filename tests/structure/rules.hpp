#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/structure/source_tree.hpp"

namespace assay {

/// Where a rule of the house is broken.
struct Finding {
  std::string path;
  std::size_t line = 0;  ///< counted from 1; 0 where the whole file is meant
  std::string message;
};
std::ostream& operator<<(std::ostream& out, const Finding& finding);

using Findings = std::vector<Finding>;

// Each rule reads one file and is silent about files that it does not concern.

/// harness <- kernels, loadgen; harness, loadgen's records <- analysis; those four <- scenarios; all <- lab; nothing
/// of ours includes lab. Quoted includes start at the root.
[[nodiscard]] Findings check_include_direction(const SourceFile& file);

/// A source includes the header of its name before anything else, so that the header is seen to stand alone: other
/// headers get a generated source for that. Reads the whole tree.
[[nodiscard]] Findings check_own_header_first(const std::vector<SourceFile>& tree);

/// A source has fewer than 400 lines, a header 200 at most.
[[nodiscard]] Findings check_file_size(const SourceFile& file);

/// A header's first directive is #pragma once.
[[nodiscard]] Findings check_pragma_once(const SourceFile& file);

/// Tests never sleep: they run on the simulated clock or wait for the event itself.
[[nodiscard]] Findings check_no_sleep_in_tests(const SourceFile& file);

/// Only harness reads the machine's clocks; the calendar is for file names and records.
[[nodiscard]] Findings check_clocks(const SourceFile& file);

/// No path of somebody's own machine, and no note to self.
[[nodiscard]] Findings check_words(const SourceFile& file);

/// Files are named after a concept: no utils, no common.
[[nodiscard]] Findings check_file_name(const SourceFile& file);

/// A GPU's headers are included under kernels/cuda only.
[[nodiscard]] Findings check_cuda_includes(const SourceFile& file);

/// Every .cpp of our folders is named in a CMakeLists.txt of its folder or of one above it, so that no test and no
/// source is dead. Reads the whole tree.
[[nodiscard]] Findings check_listed_in_cmake(const std::vector<SourceFile>& tree);

/// A type with linkage has one definition: two files that define the same name in the same namespace make a program
/// that runs the destructor of one on the other, and no compiler says so. Reads the whole tree.
[[nodiscard]] Findings check_types_have_one_definition(const std::vector<SourceFile>& tree);

}  // namespace assay
