#include "lab/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/system_limits.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Events, EachKindIsALineThatReadsBack) {
  const Event phase{.kind = Event::Kind::phase, .text = "measure", .expected_s = 5.5};
  EXPECT_EQ(to_line(phase), "{\"event\":\"phase\",\"name\":\"measure\",\"expected_s\":5.5}\n");
  EXPECT_EQ(event_from(to_line(phase)).expected_s, 5.5);

  const Event progress{.kind = Event::Kind::progress, .elapsed_s = 1.5, .issued = 300, .settled = 299};
  EXPECT_EQ(event_from(to_line(progress)).settled, 299U);

  Event loaded = progress;
  loaded.doses = {{.knob = "background", .unit = "share", .requested = 0.5, .achieved = 0.498},
                  {.knob = "noise", .unit = "bursts/s", .requested = 80.0},
                  {.knob = "memory", .unit = "bytes/s", .requested = SystemLimits::kAllItGets}};
  const Event read = event_from(to_line(loaded));
  ASSERT_EQ(read.doses.size(), 3U);
  EXPECT_EQ(read.doses[0].knob, "background");
  EXPECT_DOUBLE_EQ(read.doses[0].requested, 0.5);
  EXPECT_DOUBLE_EQ(read.doses[0].achieved.value_or(0), 0.498);
  EXPECT_FALSE(read.doses[1].achieved);
  EXPECT_EQ(read.doses[2].requested, SystemLimits::kAllItGets);

  const Event result{.kind = Event::Kind::result, .text = "a/b.run.json", .valid = true, .interrupted = true};
  EXPECT_EQ(event_from(to_line(result)).text, "a/b.run.json");
  EXPECT_TRUE(event_from(to_line(result)).interrupted);

  const Event error{.kind = Event::Kind::error, .text = "two\nlines", .exit_code = 2};
  EXPECT_EQ(event_from(to_line(error)).text, "two\nlines");
  EXPECT_EQ(event_from(to_line(error)).exit_code, 2);
}

TEST(Events, TextThatIsNoUtf8StillMakesALine) {
  const Event warning{.kind = Event::Kind::warning, .text = "bad \xff byte"};
  EXPECT_NO_THROW((void)event_from(to_line(warning)));
}

TEST(Events, RefusesWhatIsNone) {
  for (const char* line : {"", "{}", "[]", "{\"event\":\"other\"}", "{\"event\":\"result\"}", "{\"event\":7}",
                           "{\"event\":\"progress\",\"elapsed_s\":1,\"issued\":3.1e30,\"settled\":0,\"doses\":[]}",
                           "{\"event\":\"progress\",\"elapsed_s\":1,\"issued\":-1,\"settled\":0,\"doses\":[]}",
                           "{\"event\":\"error\",\"exit_code\":4000000000,\"text\":\"\"}"}) {
    EXPECT_THROW((void)event_from(line), std::runtime_error) << line;
  }
}

TEST(LineCutter, CutsAcrossReads) {
  LineCutter cutter;
  EXPECT_THAT(cutter.add("ab"), IsEmpty());
  EXPECT_THAT(cutter.add("c\nd\ne"), ElementsAre("abc", "d"));
  EXPECT_THAT(cutter.add("\n"), ElementsAre("e"));
}

}  // namespace
}  // namespace assay
