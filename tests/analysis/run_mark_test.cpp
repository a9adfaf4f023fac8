#include "analysis/run_mark.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/report_labels.hpp"
#include "analysis/run_file.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(RunMark, SaysNeitherOneOrBoth) {
  RunDocument run;
  EXPECT_EQ(mark_of(run).text(), "");
  EXPECT_EQ(mark_of(run).before(" "), "");
  EXPECT_THAT(mark_of(run).words(), IsEmpty());
  run.synthetic = true;
  EXPECT_EQ(mark_of(run).text(), "SYNTHETIC");
  run.emulated = EnvelopeRecord{.name = "phone"};
  EXPECT_EQ(mark_of(run).text(), "SYNTHETIC EMULATED phone");
  EXPECT_THAT(mark_of(run).words(), ElementsAre("SYNTHETIC", "EMULATED phone"));
  run.synthetic = false;
  EXPECT_EQ(mark_of(run).before(" "), "EMULATED phone ");
  run.emulated.reset();
  run.limits.simd = "sse";
  EXPECT_EQ(mark_of(run).text(), "ENVELOPE simd=sse");
}

TEST(RunMark, ACappedRunHasAKeyAndAFileNameOfItsOwn) {
  const RunDocument whole = sample_runs().at(0);
  RunDocument capped = whole;
  capped.limits.simd = "sse";
  EXPECT_NE(comparability_key(whole), comparability_key(capped));
  EXPECT_THAT(run_file_name(capped), HasSubstr("_single_envelope-simd-sse_"));
  capped.limits.name = "narrow";
  EXPECT_THAT(run_file_name(capped), HasSubstr("_single_envelope-narrow_"));
  EXPECT_THAT(run_labels(std::vector<RunDocument>{whole, capped}),
              ElementsAre("SingleStream, machine as it is", "SingleStream, ENVELOPE narrow (simd=sse)"));
  const RunDocument again = run_document_from_json(to_json(capped), "capped");
  EXPECT_EQ(again.limits, capped.limits);
}

TEST(RunMark, LabelsTellAnEmulatedRunFromOneThatIsNot) {
  std::vector<RunDocument> runs{sample_runs().at(0), sample_runs().at(0)};
  runs[1].emulated = golden_run().emulated;
  EXPECT_THAT(run_labels(runs), ElementsAre("SingleStream, clock not emulated", "SingleStream, EMULATED phone"));
}

TEST(RunMark, AnEmulatedRunComparesOnlyUnderTheSameEnvelope) {
  const RunDocument emulated = golden_run();
  RunDocument other = emulated;
  other.emulated->trace.clear();
  EXPECT_EQ(comparability_key(other), comparability_key(emulated));
  other.emulated->trip_c += 1.0;
  EXPECT_NE(comparability_key(other), comparability_key(emulated));
  other.emulated.reset();
  EXPECT_NE(comparability_key(other), comparability_key(emulated));
}

TEST(RunEmulation, EveryFieldIsBackFromTheFile) {
  const std::string text = to_json(golden_run());
  const auto back = run_document_from_json(text, "golden").emulated;
  const auto there = golden_run().emulated;
  ASSERT_TRUE(back && there);
  EXPECT_EQ(back->name, "phone");
  EXPECT_EQ(back->source, "assumed, not measured");
  EXPECT_EQ(envelope_sentence(*back), envelope_sentence(*there));
  ASSERT_EQ(back->trace.size(), 2U);
  EXPECT_EQ(back->trace[1].t_s, 0.02);
  EXPECT_EQ(back->trace[1].factor, 0.6);
  EXPECT_EQ(back->trace[1].temperature_c, 43.1);
  EXPECT_EQ(back->trace[0].utilisation, 0.98);
  EXPECT_EQ(back->no_room_count, 3U);
}

TEST(RunEmulation, TheFileSaysWhyThereAreNoCauses) {
  RunDocument run = golden_run();
  run.attribution.reset();
  EXPECT_THAT(to_json(run), HasSubstr("\"result.attribution\": \"the emulated clock made queries slow"));
}

TEST(RunEmulation, WithoutOneTheFileSaysNull) {
  const std::string text = to_json(sample_runs().at(0));
  EXPECT_THAT(text, HasSubstr("\"emulated\": null"));
  EXPECT_FALSE(run_document_from_json(text, "run").emulated);
}

TEST(RunEmulation, TheSentencesSayWhatTheClockDidUnderWhat) {
  EnvelopeRecord record = golden_run().emulated.value();
  EXPECT_EQ(
      envelope_sentence(record),
      "phone: 25 degrees C around it, 9 K/W to the air, time constant 120 s; 0.5 W idle, 6 W at full load; trips at 43 "
      "degrees C, with a hysteresis of 1 K, polled every 1 s; steps of the clock 1, 0.6; 100 s of the model in one "
      "of the run");
  record.no_room_count = 0;
  record.trace.pop_back();
  EXPECT_EQ(emulation_sentence(record),
            "the clock stayed at its peak, at 42.9 degrees C at most; assumed, not measured");
  record.trace.clear();
  EXPECT_EQ(emulation_sentence(record), "the run ended before the first step of the governor; assumed, not measured");
}

}  // namespace
}  // namespace assay
