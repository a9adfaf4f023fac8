#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/run_columns.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using Rows = std::vector<std::vector<std::string>>;

/// RFC 4180, by the letter: CR LF between lines, quotes doubled within quotes.
Rows read_csv(const std::string& csv) {
  Rows rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    const char c = csv[i];
    std::string& cell = rows.back().back();
    if (quoted) {
      if (c == '"' && i + 1 < csv.size() && csv[i + 1] == '"') {
        cell += csv[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        cell += c;
      }
    } else if (c == '"') {
      EXPECT_TRUE(cell.empty()) << "a quote within an unquoted cell";
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\r') {
      EXPECT_EQ(csv.at(++i), '\n');
      rows.push_back({""});
    } else {
      EXPECT_NE(c, '\n');
      cell += c;
    }
  }
  rows.pop_back();  // behind the last line end
  return rows;
}

std::string cell_of(const Rows& rows, std::size_t row, const std::string& column) {
  for (std::size_t i = 0; i < rows.at(0).size(); ++i) {
    if (rows.at(0).at(i) == column) {
      return rows.at(row).at(i);
    }
  }
  return "no such column";
}

RunDocument labelled(const std::string& label) {
  RunDocument run = golden_run();
  run.machine_identity.label = label;
  return run;
}

TEST(RunColumns, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const RunColumn& column : run_columns()) {
    EXPECT_TRUE(names.insert(column.name).second) << column.name;
    EXPECT_EQ(std::string(column.name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
  }
}

TEST(RunsCsv, HasARowARun) {
  const std::vector<RunDocument> runs{golden_run(), sample_runs().front()};
  const Rows rows = read_csv(runs_csv(runs));
  ASSERT_THAT(rows, SizeIs(3));
  for (const auto& row : rows) {
    EXPECT_THAT(row, SizeIs(run_columns().size()));
  }
  EXPECT_EQ(cell_of(rows, 1, "machine_label"), "lab3-07");
  EXPECT_EQ(cell_of(rows, 1, "is_valid"), "false");
  EXPECT_EQ(cell_of(rows, 1, "latency_mean_s"), "") << "a lost query: not available, not 0";
  EXPECT_EQ(cell_of(rows, 1, "slo_met_share_lower"), "0.9781");
  EXPECT_EQ(cell_of(rows, 1, "workload_params"), "batch=1 dtype=f32 width=1024");
  EXPECT_EQ(cell_of(rows, 1, "injected"), "noise 80 bursts/s; background 0.75 share");
  EXPECT_EQ(cell_of(rows, 1, "seed"), "42");
}

TEST(RunsCsv, QuotesAndDefusesWhatAFileMayHold) {
  for (const auto& [label, expected] :
       {std::pair{"a,\"b\"", "a,\"b\""}, std::pair{"=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"},
        std::pair{"  =1+1", "'  =1+1"}, std::pair{"@SUM(1)", "'@SUM(1)"}, std::pair{"+1", "'+1"},
        std::pair{"-1", "'-1"}, std::pair{"\t=1", "'?=1"}, std::pair{"\r=1", "'?=1"}, std::pair{"a\r\nb", "a??b"},
        std::pair{"a\nb", "a?b"}, std::pair{"1-2", "1-2"}}) {
    const std::vector<RunDocument> runs{labelled(label)};
    EXPECT_EQ(cell_of(read_csv(runs_csv(runs)), 1, "machine_label"), expected) << label;
  }
  RunDocument run = golden_run();
  run.metric.point = -1.5;
  EXPECT_EQ(cell_of(read_csv(runs_csv(std::vector{run})), 1, "metric_point"), "-1.5") << "a number is no formula";
}

TEST(RunsSql, QuotesWhatAFileMayHold) {
  const std::string sql = runs_sql(std::vector{labelled("x'); DROP TABLE assay_runs; --"), labelled("\\'; DROP")});
  EXPECT_THAT(sql, HasSubstr("CREATE TABLE IF NOT EXISTS assay_runs (\n  run_id TEXT,"));
  EXPECT_THAT(sql, HasSubstr("'x''); DROP TABLE assay_runs; --'"));
  EXPECT_THAT(sql, HasSubstr("'/''; DROP'")) << "MySQL takes a backslash as an escape";
  EXPECT_THAT(sql, HasSubstr("NULL"));
  EXPECT_THAT(sql, Not(HasSubstr("nan")));
  EXPECT_EQ(std::count(sql.begin(), sql.end(), '\n'), static_cast<std::ptrdiff_t>(run_columns().size() + 2 + 2));
}

TEST(RunsMarkdown, HasIntervalsMarksAndNoMarkupOfAFile) {
  const std::string table = runs_markdown(std::vector{labelled("a|b<script>`x`[y](z)")});
  EXPECT_THAT(table, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(table, HasSubstr("INVALID"));
  EXPECT_THAT(table, HasSubstr("["));
  EXPECT_THAT(table, HasSubstr("a\\|b&lt;script\\>\\`x\\`\\[y\\](z)"));
  EXPECT_THAT(runs_markdown(sample_runs()), HasSubstr("P99 latency"));
}

}  // namespace
}  // namespace assay
