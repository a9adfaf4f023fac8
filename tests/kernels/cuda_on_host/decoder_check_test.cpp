// The parts of the check of a GPU that use the decoder, whole, on one that is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "kernels/cuda/llm/llm_interface.h"
#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A decoder that takes a fifth of a millisecond a step and chooses token 7.
struct QuickLlama {
  static std::int32_t done(AssayGpuStatus* status) {
    status->code = ASSAY_GPU_OK;
    return ASSAY_GPU_OK;
  }
  static std::int32_t open(std::int32_t, const AssayLlmOptions* options, AssayLlm** llm, AssayGpuStatus* status) {
    static int opened = 0;
    *llm = reinterpret_cast<AssayLlm*>(&opened);
    EXPECT_GE(std::uint64_t{options->page_count} * ASSAY_LLM_PAGE_TOKENS, 64U * (448U + 192U));
    return done(status);
  }
  static std::int32_t full(std::int32_t, const AssayLlmOptions*, AssayLlm**, AssayGpuStatus* status) {
    status->code = ASSAY_GPU_NO_MEMORY;
    std::snprintf(static_cast<char*>(status->message), sizeof status->message, "cudaMalloc: out of memory");
    return status->code;
  }
  static std::int32_t submit(AssayLlm*, const AssayLlmSequence*, std::uint32_t, AssayGpuStatus* status) {
    return done(status);
  }
  static std::int32_t collect(AssayLlm*, std::uint32_t* next, std::uint32_t count, AssayLlmTiming* timing,
                              AssayGpuStatus* status) {
    const double begin = now_s();
    while (now_s() < begin + 2e-4) {
    }
    std::fill_n(next, count, 7U);
    *timing = {};
    return done(status);
  }
  static std::int32_t verify(AssayLlm*, std::uint64_t, AssayGpuCheck* check, AssayGpuStatus* status) {
    *check = {.passed = 1, .compared = 640};
    return done(status);
  }
  static std::int32_t verify_wrong(AssayLlm*, std::uint64_t, AssayGpuCheck* check, AssayGpuStatus* status) {
    *check = {};
    std::snprintf(static_cast<char*>(check->detail), sizeof check->detail, "qkv of layer 3 is off");
    return done(status);
  }
  static std::int32_t facts(AssayLlm*, AssayGpuFactSink, void*, AssayGpuStatus* status) { return done(status); }
  static inline int steps_left = 0;
  static std::int32_t submit_some(AssayLlm*, const AssayLlmSequence*, std::uint32_t, AssayGpuStatus* status) {
    if (steps_left-- > 0) {
      return done(status);
    }
    status->code = ASSAY_GPU_NO_MEMORY;
    std::snprintf(static_cast<char*>(status->message), sizeof status->message, "that was the last step");
    return status->code;
  }
  static void close(AssayLlm*) {}
};

AssayLlmTable quick_table() {
  AssayLlmTable table{};
  table.open = QuickLlama::open;
  table.submit = QuickLlama::submit;
  table.collect = QuickLlama::collect;
  table.verify = QuickLlama::verify;
  table.facts = QuickLlama::facts;
  table.close = QuickLlama::close;
  return table;
}

/// A library whose only extension is the table above; a hundredth of the whole check's time.
struct QuickCheck {
  static inline AssayLlmTable llm = quick_table();
  static const void* extension(const char*, std::uint32_t) { return &llm; }

  QuickCheck() {
    plugin.extension = extension;
    llm = quick_table();
  }
  AssayGpuPlugin plugin{};
  CheckRun run{.table = plugin, .end_s = now_s() + 600.0, .scale = 0.01};
};

TEST(CheckServing, HasOfflineAndTwoProbes) {
  QuickCheck check;
  check_serving(check.run);
  const std::vector<Row>& rows = check.run.findings.rows;
  ASSERT_THAT(rows, SizeIs(8));
  EXPECT_EQ(rows[0].name, "decoder, outputs");
  EXPECT_THAT(table_text(check.run.findings), HasSubstr("right, 640 values"));
  EXPECT_EQ(rows[1].name, "Offline");
  ASSERT_TRUE(rows[1].value) << rows[1].note;
  EXPECT_LE(rows[1].value->count, 11U);
  EXPECT_THAT(rows[1].note, AllOf(HasSubstr(" s on, "), HasSubstr("share of the f8 rate: not available")));
  EXPECT_EQ(rows[2].name, "Server at 0.5 of Offline, tokens");
  EXPECT_EQ(rows[5].name, "Server at 0.8 of Offline, tokens");
  for (const std::size_t i : {3U, 4U, 6U, 7U}) {
    ASSERT_TRUE(rows[i].value && rows[i].tail) << rows[i].name << ": " << rows[i].note;
    EXPECT_GT(rows[i].tail->count, 0U);
    EXPECT_TRUE(rows[i].tail->lower || !rows[i].tail->no_interval.empty());
    EXPECT_THAT(rows[i].note, AnyOf(HasSubstr("queries, valid: "), HasSubstr("queries, INVALID: ")));
  }
  EXPECT_THAT(json_text(check.run.findings), HasSubstr("\"p99_lower_95\": "));
  EXPECT_FALSE(has_wrong_output(check.run.findings));
}

TEST(CheckServing, AWrongOutputIsInEveryRow) {
  QuickCheck check;
  check.llm.verify = QuickLlama::verify_wrong;
  check_serving(check.run);
  const std::vector<Row>& rows = check.run.findings.rows;
  ASSERT_GE(rows.size(), 2U);
  for (const Row& row : rows) {
    EXPECT_TRUE(row.output == "wrong: qkv of layer 3 is off" || row.note.starts_with("left out")) << row.name;
  }
  EXPECT_TRUE(has_wrong_output(check.run.findings));
}

TEST(CheckDecoder, AWrongOutputFailsItsTargets) {
  QuickCheck check;
  check.llm.verify = QuickLlama::verify_wrong;
  check.llm.submit = QuickLlama::submit_some;
  QuickLlama::steps_left = 100;  // enough for the row of prompts and one of answers
  check.run.measured = {{"read", 1e30}, {"f8", 1e30}};
  check_decoder(check.run);
  const std::vector<Row>& rows = check.run.findings.rows;
  ASSERT_GE(rows.size(), 4U);
  EXPECT_EQ(rows[0].name, "decoder, outputs");
  EXPECT_EQ(rows.back().note, "that was the last step");
  std::size_t held = 0;
  for (const Row& row : rows) {
    EXPECT_TRUE(row.is_wrong() || &row == &rows.back()) << row.name;
    held += row.target ? 1U : 0U;
    EXPECT_EQ(row.verdict(), row.target ? "missed: the output is wrong" : "") << row.name;
  }
  EXPECT_GE(held, 2U);
  EXPECT_TRUE(has_wrong_output(check.run.findings));
}

TEST(CheckServing, SaysWhyThereIsNone) {
  QuickCheck check;
  check.llm.open = QuickLlama::full;
  check_serving(check.run);
  check.run.end_s = now_s();
  check_serving(check.run);
  check.plugin.extension = [](const char*, std::uint32_t) -> const void* { return nullptr; };
  check_serving(check.run);
  const std::vector<Row>& rows = check.run.findings.rows;
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].note, "cudaMalloc: out of memory");
  EXPECT_THAT(rows[1].note, HasSubstr("left out"));
  EXPECT_THAT(rows[2].note, HasSubstr("not built"));
}

}  // namespace
}  // namespace assay::gpu_check
