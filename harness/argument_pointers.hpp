#pragma once

#include <string>
#include <vector>

namespace assay {

/// The words as execve() and main() have them, with the null behind the last. They point into `words`, which must
/// outlive them and not change. Made before fork(): behind it nothing may be allocated.
[[nodiscard]] inline std::vector<char*> argument_pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace assay
