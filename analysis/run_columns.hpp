#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "analysis/run_document.hpp"

namespace assay {

/// One value of a table of runs; monostate: not available.
using RunCell = std::variant<std::monostate, bool, std::uint64_t, double, std::string>;

enum class ColumnType { text, boolean, count, number };

/// A column of the tables that leave the program: one row a run. The names are part of its interface (docs/files.md).
struct RunColumn {
  const char* name = "";  ///< lower case, the unit at its end, no reserved word of SQL
  ColumnType type = ColumnType::text;
  RunCell (*cell)(const RunDocument& run) = nullptr;
};

/// In the order of the table.
[[nodiscard]] std::span<const RunColumn> run_columns();

/// RFC 4180 with a header: a line ends in CR LF, text that needs it is quoted, what is not available is empty. A text
/// that a spreadsheet would take for a formula (it begins with = + - @, tab or CR, also after blanks) has an apostrophe
/// before it. Control characters are '?'.
[[nodiscard]] std::string runs_csv(std::span<const RunDocument> runs);

/// CREATE TABLE and one INSERT a run, in what PostgreSQL, SQLite, MySQL and DuckDB have in common. A backslash in a
/// text becomes a slash, since some of them take it as an escape and others do not; control characters are '?'.
[[nodiscard]] std::string runs_sql(std::span<const RunDocument> runs);

/// A table for people, numbers with their intervals, marked where a run was synthetic, emulated or INVALID.
[[nodiscard]] std::string runs_markdown(std::span<const RunDocument> runs);

}  // namespace assay
