#include "harness/buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace assay {
namespace {

constexpr std::uint64_t kHugePage = 2U << 20U;

static_assert(!std::is_copy_constructible_v<Buffer> && std::is_nothrow_move_constructible_v<Buffer>);

TEST(Buffer, IsZeroedAlignedAndAsLongAsAskedFor) {
  const Buffer buffer(Bytes{100'001});
  EXPECT_EQ(buffer.size(), Bytes{100'001});
  const auto numbers = buffer.as<double>();
  EXPECT_EQ(numbers.size(), 12'500U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % kHugePage, 0U);
  EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](double value) { return value == 0.0; }));
}

TEST(Buffer, EmptyHoldsNothing) {
  EXPECT_TRUE(Buffer{}.as<int>().empty());
  EXPECT_TRUE(Buffer{Bytes{0}}.as<int>().empty());
}

TEST(Buffer, MovesKeepTheMemory) {
  Buffer first(Bytes{4096});
  first.as<int>()[7] = 42;
  Buffer second(std::move(first));
  EXPECT_EQ(second.as<int>()[7], 42);
  Buffer third;
  third = std::move(second);
  EXPECT_EQ(third.as<int>()[7], 42);
  EXPECT_EQ(third.size(), Bytes{4096});
}

TEST(Buffer, FirstTouchStaysInside) {
  const Buffer buffer(Bytes{3 * 4096 + 1});
  buffer.first_touch();
  buffer.first_touch(Bytes{4096}, Bytes{2 * 4096 + 1});
  buffer.first_touch(Bytes{3 * 4096 + 1}, Bytes{0});
  EXPECT_THROW(buffer.first_touch(Bytes{4096}, Bytes{2 * 4096 + 2}), std::out_of_range);
  EXPECT_THROW(buffer.first_touch(Bytes{1ULL << 40U}, Bytes{1}), std::out_of_range);
}

// The memory is made in the process that dies: a fork does not have its parent's (MADV_DONTFORK), and something else of
// the fork may lie there.
void write_beside_a_buffer(std::ptrdiff_t offset) {
  const Buffer buffer(Bytes{4096});
  *(buffer.as<volatile char>().data() + offset) = 1;
}

TEST(BufferDeathTest, AnOverrunStopsTheProgram) {
  EXPECT_DEATH(write_beside_a_buffer(4096), "");
  EXPECT_DEATH(write_beside_a_buffer(-1), "");
}

TEST(Buffer, MemoryThatIsNotThereIsNamed) {
  try {
    const Buffer buffer(Bytes{1ULL << 60U});
    FAIL() << "an exbibyte was handed out";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("1152921504606846976 bytes"));
  }
}

TEST(Buffer, HugePagesAreCountedOrExplained) {
  const Buffer buffer(Bytes{4 * kHugePage});
  buffer.first_touch();
  const auto huge = buffer.in_huge_pages();
  if (huge) {
    EXPECT_EQ(huge->count % kHugePage, 0U);
    EXPECT_LE(*huge, buffer.size());
  } else {
    EXPECT_FALSE(huge.reason().empty());
  }
  const Buffer normal(BufferRequest{.size = Bytes{4096}, .huge_pages = false});
  EXPECT_EQ(normal.in_huge_pages().reason(), "not asked for");
}

TEST(Buffer, ANodeThatDoesNotExistIsRefusedWithTheReason) {
  const Buffer below(BufferRequest{.size = Bytes{4096}, .numa_node = -1});
  EXPECT_THAT(below.numa_node().reason(), ::testing::HasSubstr("does not exist"));
  const Buffer beyond(BufferRequest{.size = Bytes{4096}, .numa_node = 5000});
  EXPECT_THAT(beyond.numa_node().reason(), ::testing::HasSubstr("mbind(node 5000)"));
  EXPECT_EQ(Buffer{Bytes{4096}}.numa_node().reason(), "not asked for");
}

TEST(Buffer, LockingWorksOrSaysWhyNot) {
  const Buffer buffer(BufferRequest{.size = Bytes{4096}, .lock = true});
  EXPECT_TRUE(buffer.locked().available() || buffer.locked().reason().find("mlock2(4096 bytes)") != std::string::npos);
}

}  // namespace
}  // namespace assay
