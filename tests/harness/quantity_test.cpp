#include "harness/quantity.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace assay {
namespace {

using namespace std::chrono_literals;

/// The message of the std::invalid_argument that `parse` throws; "(accepted)" if it throws none.
std::string refusal(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "(accepted)";
}

std::string duration_refusal(const std::string& text) {
  return refusal([&] { static_cast<void>(parse_duration(text)); });
}

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("250ns"), 250ns);
  EXPECT_EQ(parse_duration("200us"), 200us);
  EXPECT_EQ(parse_duration("10ms"), 10ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("10min"), 10min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("1e-3s"), 1ms);
  EXPECT_EQ(parse_duration("2.5e+3us"), 2500us);
}

TEST(Duration, IsExactWhereADoubleIsNot) {
  // 9007199254.740993 s is 2^53 + 1 ns: the nearest double is one nanosecond off.
  EXPECT_EQ(parse_duration("9007199.254740993s").count(), 9'007'199'254'740'993);
  EXPECT_EQ(parse_duration("0.000000001s"), 1ns);
  EXPECT_EQ(parse_duration("0.1000000000000000000000000000000s"), 100ms);
  EXPECT_EQ(parse_duration("0.25us"), 250ns);
}

TEST(Duration, RefusesWhatItCannotHoldExactly) {
  EXPECT_NE(duration_refusal("0.5ns").find("not a whole number"), std::string::npos);
  EXPECT_NE(duration_refusal("1e-10s").find("not a whole number"), std::string::npos);
  // 2^63 - 1 ns is "never"; one less is the longest duration.
  EXPECT_EQ(parse_duration("9223372036854775806ns").count(), 9'223'372'036'854'775'806);
  EXPECT_NE(duration_refusal("9223372036854775807ns").find("too large"), std::string::npos);
  EXPECT_NE(duration_refusal("1e400s").find("too large"), std::string::npos);
  EXPECT_NE(duration_refusal("1e2147483647s").find("too large"), std::string::npos);
  EXPECT_NE(duration_refusal("1e2147483648s").find("more digits"), std::string::npos);
  EXPECT_NE(duration_refusal("3000000h").find("too large"), std::string::npos);
  EXPECT_NE(duration_refusal("123456789012345678901s").find("more digits"), std::string::npos);
}

TEST(Duration, RefusalsSayWhatIsWrongAndWhatIsAccepted) {
  EXPECT_EQ(duration_refusal("10"),
            "\"10\" has no unit: expected a number with ns, us, ms, s, min or h, such as 10ms or 1.5s");
  EXPECT_EQ(duration_refusal("10msx"),
            "\"10msx\" has the unknown unit \"msx\": expected a number with ns, us, ms, s, min or h, such as 10ms or "
            "1.5s");
  EXPECT_NE(duration_refusal("").find("\"\" is empty"), std::string::npos);
  EXPECT_NE(duration_refusal("-1s").find("has a sign"), std::string::npos);
  EXPECT_NE(duration_refusal("+1s").find("has a sign"), std::string::npos);
  EXPECT_NE(duration_refusal("NaN").find("is not a duration"), std::string::npos);
  EXPECT_NE(duration_refusal("ms").find("is not a duration"), std::string::npos);
  EXPECT_NE(duration_refusal(".5s").find("is not a duration"), std::string::npos);
}

TEST(Duration, RefusesNearMisses) {
  for (const char* text : {"10 ms", " 10ms", "10ms ", "0x10", "0x10ms", "1,5s", "1.s", "1..5s", "1e", "1es", "1e-s",
                           "10MS", "10Ms", "10m", "inf", "infs", "nans", "1s1s", "10\xC2\xB5s"}) {
    EXPECT_NE(duration_refusal(text), "(accepted)") << text;
  }
}

TEST(Duration, RefusalIsOneShortLineWhateverTheText) {
  const std::string message = duration_refusal("10\nms\t" + std::string(10'000, 'x'));
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_LT(message.size(), 250U);
}

TEST(Rate, ReadsMultiples) {
  EXPECT_DOUBLE_EQ(parse_rate("800"), 800.0);
  EXPECT_DOUBLE_EQ(parse_rate("5k"), 5000.0);
  EXPECT_DOUBLE_EQ(parse_rate("2.5M"), 2.5e6);
  EXPECT_DOUBLE_EQ(parse_rate("1G"), 1e9);
  EXPECT_DOUBLE_EQ(parse_rate("0.5"), 0.5);
  EXPECT_DOUBLE_EQ(parse_rate("1e6"), 1e6);
  EXPECT_DOUBLE_EQ(parse_rate("5k/s"), 5000.0);
}

TEST(Rate, RefusesWhatIsNoRate) {
  for (const char* text : {"", "0", "0k", "-5", "NaN", "inf", "1e400", "1e308G", "1e-400", "5K", "5m", "5 k", "0x10",
                           "5k/min", "/s", "k", "5kk"}) {
    EXPECT_NE(refusal([&] { static_cast<void>(parse_rate(text)); }), "(accepted)") << text;
  }
}

TEST(Size, KeepsPowersOf1000And1024Apart) {
  EXPECT_EQ(parse_size("512B").count, 512U);
  EXPECT_EQ(parse_size("64MB").count, 64'000'000U);
  EXPECT_EQ(parse_size("64MiB").count, 67'108'864U);
  EXPECT_EQ(parse_size("1.5KiB").count, 1536U);
  EXPECT_EQ(parse_size("0.0009765625KiB").count, 1U);  // 2^-10 is a finite decimal
  EXPECT_EQ(parse_size("18446744073709551615B").count, 18'446'744'073'709'551'615U);
}

TEST(Size, RefusesWhatIsNoSize) {
  for (const char* text : {"", "64", "64Mib", "64M", "64mb", "0.5B", "1.0001KiB", "18446744073709551616B",
                           "16777216TiB", "-1B", "1e400B"}) {
    EXPECT_NE(refusal([&] { static_cast<void>(parse_size(text)); }), "(accepted)") << text;
  }
}

TEST(Count, IsAWholeNumber) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("24576"), 24'576U);
  EXPECT_EQ(parse_count("2.5k"), 2'500U);
  EXPECT_EQ(parse_count("10M"), 10'000'000U);
  for (const char* text : {"", "1.5", "0.1k1", "1e-1", "18446744073709551616", "-3", "3 "}) {
    EXPECT_NE(refusal([&] { static_cast<void>(parse_count(text)); }), "(accepted)") << text;
  }
}

TEST(SizeText, IsTheShortestExactForm) {
  EXPECT_EQ(size_text(Bytes{67'108'864}), "64MiB");
  EXPECT_EQ(size_text(Bytes{67'107'840}), "65535KiB");
  EXPECT_EQ(size_text(Bytes{std::uint64_t{3} << 30}), "3GiB");
  EXPECT_EQ(size_text(Bytes{std::uint64_t{5} << 40}), "5TiB");
  EXPECT_EQ(size_text(Bytes{1537}), "1537B");
  EXPECT_EQ(size_text(Bytes{0}), "0B");
  for (const std::uint64_t count :
       {std::uint64_t{1}, std::uint64_t{1} << 10, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_EQ(parse_size(size_text(Bytes{count})).count, count);
  }
}

}  // namespace
}  // namespace assay
