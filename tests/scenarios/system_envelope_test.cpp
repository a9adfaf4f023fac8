#include "scenarios/system_envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAre;

Machine machine_of(int cores) {
  Machine machine;
  machine.core_count = cores;
  for (int cpu = 0; cpu < cores; ++cpu) {
    machine.hardware_threads.push_back({.os_index = cpu, .core = cpu, .allowed = true});
  }
  return machine;
}

const std::vector<std::string> kVectors{"avx512", "avx2", "sse", "ssse3", "scalar"};

SystemEnvelope with(const std::string& lines) {
  return system_envelope_from_toml("name = \"mine\"\ntitle = \"Mine\"\n" + lines, "mine.toml");
}

auto envelope_refusal(const std::string& lines, const std::string& words) {
  return ::testing::Value([lines] { (void)with(lines); },
                          ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("mine.toml"), HasSubstr(words))));
}

TEST(SystemEnvelope, TheShippedOnesFollowTheMachine) {
  EXPECT_THAT(shipped_system_envelope_names(), UnorderedElementsAre("narrow", "starved"));
  const SystemLimits narrow = limits_of(find_system_envelope("narrow"), machine_of(2), kVectors);
  EXPECT_EQ(limits_text(narrow), "narrow (simd=sse)");
  // CPU 0 serves most interrupts and comes last.
  EXPECT_EQ(limits_text(limits_of(find_system_envelope("starved"), machine_of(2), kVectors)),
            "starved (cpus=1 stream=max)");
  EXPECT_EQ(limits_of(find_system_envelope("starved"), machine_of(8), kVectors).cpus, "1-4");
}

TEST(SystemEnvelope, RefusesToTakeFromWhoHasNothing) {
  EXPECT_THAT([] { (void)limits_of(find_system_envelope("starved"), machine_of(1), kVectors); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("one core to use")));
  EXPECT_THAT(
      [] {
        (void)limits_of(find_system_envelope("narrow"), machine_of(2), {"neon", "scalar"});
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("no narrower vectors than its best, neon")));
  EXPECT_THAT([] { (void)limits_of(with("stream = \"max\"\n"), machine_of(2), kVectors); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("the stream needs a CPU besides")));
}

TEST(SystemEnvelope, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(limits_of(with("stream = \"4GB/s\"\ncpus = \"0\"\n"), machine_of(2), kVectors).stream_bytes_per_s, 4e9);
  EXPECT_TRUE(envelope_refusal("", "takes nothing away"));
  EXPECT_TRUE(envelope_refusal("cpus = \"3-1\"\n", "line 3: cpus 3-1 is none of first, half"));
  EXPECT_TRUE(envelope_refusal("stream = \"a lot\"\n", "write max or a rate such as 4GB/s"));
  EXPECT_TRUE(envelope_refusal("pages = \"large\"\n", "only small is known"));
  EXPECT_TRUE(envelope_refusal("thermal = \"oven\"\n", "thermal oven is none of"));
  EXPECT_TRUE(envelope_refusal("threads = \"1\"\n", "unknown key threads"));
  EXPECT_TRUE(envelope_refusal("simd = 128\n", "must be a text"));
}

}  // namespace
}  // namespace assay
