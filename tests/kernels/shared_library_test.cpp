#include "kernels/shared_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SharedLibrary, AnAbsentOneIsUnavailableInTheLoadersWords) {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libassay-none.so.1", "libassay-nothing.so"});
  ASSERT_FALSE(library);
  EXPECT_THAT(library.reason(), AllOf(HasSubstr("libassay-none.so.1"), HasSubstr("libassay-nothing.so")));
}

TEST(SharedLibrary, TakesTheFirstThatIsThereAndFindsItsFunctions) {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libassay-none.so.1", "libm.so.6"});
  ASSERT_TRUE(library) << library.reason();
  EXPECT_EQ(library->name(), "libm.so.6");
  const auto square_root = library->function<double (*)(double)>("sqrt");
  ASSERT_NE(square_root, nullptr);
  EXPECT_EQ(square_root(9.0), 3.0);
  EXPECT_EQ(library->function<void (*)()>("assay_has_no_such_function"), nullptr);
}

}  // namespace
}  // namespace assay
