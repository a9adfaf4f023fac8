#include "lab/glossary.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace assay {
namespace {

std::string normalised(std::string_view word) {
  std::string result;
  for (const char c : word) {
    if (c != ' ' && c != '-' && c != '_') {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return result;
}

/// The term and its aliases, as printed.
std::vector<std::string_view> spellings(const GlossaryEntry& entry) {
  std::vector<std::string_view> result{entry.term};
  std::string_view rest = entry.aliases;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view alias = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const std::size_t first = alias.find_first_not_of(' ');
    if (first != std::string_view::npos) {
      result.push_back(alias.substr(first));
    }
  }
  return result;
}

bool names(const GlossaryEntry& entry, const std::string& wanted) {
  const std::vector<std::string_view> all = spellings(entry);
  return std::any_of(all.begin(), all.end(), [&](std::string_view one) { return normalised(one) == wanted; });
}

}  // namespace

std::vector<GlossaryEntry> glossary() {
  std::vector<GlossaryEntry> all;
  for (const auto table : {glossary_terms(), glossary_decoding(), glossary_reasons()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

const GlossaryEntry* find_term(std::string_view word) {
  const std::string wanted = normalised(word);
  for (const auto table : {glossary_terms(), glossary_decoding(), glossary_reasons()}) {
    for (const GlossaryEntry& entry : table) {
      if (names(entry, wanted)) {
        return &entry;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> nearest_terms(std::string_view word, std::size_t limit) {
  constexpr std::size_t kLongestWord = 64;  // the distance costs the product of the lengths
  const std::string wanted = normalised(word.substr(0, kLongestWord));
  std::vector<std::pair<std::size_t, std::string>> candidates;
  for (const GlossaryEntry& entry : glossary()) {
    std::pair<std::size_t, std::string> best{std::string::npos, ""};
    for (const std::string_view spelling : spellings(entry)) {
      const std::string known = normalised(spelling);
      const std::size_t distance = edit_distance(wanted, known);
      const std::size_t farthest = std::max<std::size_t>(std::max(wanted.size(), known.size()) / 3, 1);
      if (distance <= farthest && distance < best.first) {
        best = {distance, std::string(spelling)};
      }
    }
    if (!best.second.empty()) {
      candidates.push_back(std::move(best));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  candidates.resize(std::min(candidates.size(), limit));
  std::vector<std::string> result;
  result.reserve(candidates.size());
  for (auto& candidate : candidates) {
    result.push_back(std::move(candidate.second));
  }
  return result;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::string line;
  const auto end_line = [&] {
    result += (result.empty() ? "" : "\n") + std::string(indent, ' ') + line;
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (!line.empty() && indent + line.size() + 1 + word.size() > columns) {
      end_line();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  if (!line.empty()) {
    end_line();
  }
  return result;
}

std::string glossary_text(const GlossaryEntry& entry, std::size_t columns) {
  return std::string(entry.term) + "\n" + wrapped(entry.definition, columns, 2) + "\n\n" +
         wrapped(entry.paragraph, columns, 2) + "\n";
}

}  // namespace assay
