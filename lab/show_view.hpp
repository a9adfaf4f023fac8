#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/bundle_file.hpp"
#include "analysis/format.hpp"
#include "analysis/shared_facts.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// A bundle for people: what it is of, each of its files with its verdict, gaps and problems.
[[nodiscard]] std::string bundle_text(const LoadedBundle& bundle, Charset charset);

/// A file that check_result_text() accepted, for people; `schema` as it found it.
[[nodiscard]] std::string result_text(const std::string& schema, std::string_view text, std::string_view source,
                                      const TextStyle& style);

/// One file that leaves the machine.
struct SharedFile {
  std::string name;  ///< without the folder that it lies in here
  std::string bytes;
};

struct SharedView {
  std::string text;
  std::vector<std::string> warnings;
  bool names_somebody = false;
};

/// Everything that the files tell: who the machine is, in words; each text with its place; and for each of `names`
/// that it is not in their bytes, or where it is.
[[nodiscard]] SharedView shared_view(const std::vector<SharedFile>& files, const std::vector<OwnName>& names,
                                     Charset charset);

}  // namespace assay
