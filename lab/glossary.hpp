#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// What `assay explain TERM` and the report's hover texts say. One definition for each word the program prints.
struct GlossaryEntry {
  std::string_view term;        ///< as printed: "P99", "lost_queries"
  std::string_view aliases;     ///< other spellings people type, separated by commas; may be empty
  std::string_view definition;  ///< one line
  std::string_view paragraph;   ///< what it means for the reader of a result
};

/// The words of the method: latency, percentiles, scenarios, roofline, the machine's quiet.
[[nodiscard]] std::span<const GlossaryEntry> glossary_terms();

/// The words of language models that are served, and of GPUs.
[[nodiscard]] std::span<const GlossaryEntry> glossary_decoding();

/// Why a run is INVALID: one entry for each reason code that a run file can hold, and the exit codes.
[[nodiscard]] std::span<const GlossaryEntry> glossary_reasons();

/// All entries, in the order of the three tables.
[[nodiscard]] std::vector<GlossaryEntry> glossary();

/// The entry whose term or alias is `word`; case, spaces, '-' and '_' make no difference. Null if there is none.
[[nodiscard]] const GlossaryEntry* find_term(std::string_view word);

/// The spellings nearest to `word` by edit distance, one an entry, best first, at most `limit`; none that share too
/// little with it (a distance of more than a third of the longer text, at least 1).
[[nodiscard]] std::vector<std::string> nearest_terms(std::string_view word, std::size_t limit);

/// Fewest insertions, deletions and replacements of single bytes that turn `a` into `b` (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// `text` broken into lines of at most `columns` bytes at spaces, each indented by `indent` spaces; no final newline.
/// A word longer than a line stands alone.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

/// The entry for a terminal, ending in a newline.
[[nodiscard]] std::string glossary_text(const GlossaryEntry& entry, std::size_t columns);

}  // namespace assay
