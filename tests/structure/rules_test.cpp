#include "tests/structure/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SourceFile file(std::string path, std::string text) { return {std::move(path), std::move(text)}; }

SourceFile including(std::string path, const std::string& target) {
  return file(std::move(path), "#include \"" + target + "\"\n");
}

TEST(IncludeDirection, AcceptsTheOneDirection) {
  EXPECT_THAT(check_include_direction(including("kernels/gemm.cpp", "harness/clock.hpp")), IsEmpty());
  EXPECT_THAT(check_include_direction(including("analysis/verdict.hpp", "loadgen/test_result.hpp")), IsEmpty());
  EXPECT_THAT(check_include_direction(including("scenarios/sut.cpp", "kernels/kernel.hpp")), IsEmpty());
  EXPECT_THAT(check_include_direction(including("lab/main.cpp", "scenarios/sut.hpp")), IsEmpty());
  EXPECT_THAT(check_include_direction(including("tests/lab/x_test.cpp", "lab/glossary.hpp")), IsEmpty());
  EXPECT_THAT(check_include_direction(file("harness/machine.cpp", "#include <hwloc.h>\n")), IsEmpty());
}

TEST(IncludeDirection, ReportsEveryOther) {
  EXPECT_THAT(check_include_direction(including("harness/a.cpp", "loadgen/query.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("kernels/a.cpp", "loadgen/query.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("loadgen/a.hpp", "kernels/kernel.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("loadgen/a.hpp", "analysis/percentile.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("analysis/a.hpp", "kernels/kernel.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("analysis/a.hpp", "loadgen/dispatcher.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("analysis/a.hpp", "harness/steady_clock.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("scenarios/a.cpp", "lab/version.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("lab/a.cpp", "tests/structure/rules.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(including("harness/a.cpp", "clock.hpp")), SizeIs(1));
  EXPECT_THAT(check_include_direction(file("harness/a.cpp", "\n  #  include  \"lab/main.hpp\"\n")),
              ElementsAre(Field(&Finding::line, 2U)));
}

TEST(OwnHeaderFirst, HoldsWhereThereIsOne) {
  const SourceFile header = file("harness/a.hpp", "#pragma once\n");
  EXPECT_THAT(
      check_own_header_first({file("harness/a.cpp", "#include \"harness/a.hpp\"\n#include <string>\n"), header}),
      IsEmpty());
  EXPECT_THAT(
      check_own_header_first({file("harness/a.cpp", "#include <string>\n#include \"harness/a.hpp\"\n"), header}),
      ElementsAre(Field(&Finding::line, 1U)));
  EXPECT_THAT(check_own_header_first({file("harness/a.cpp", "int a;\n"), header}), SizeIs(1));
  EXPECT_THAT(check_own_header_first({file("harness/b.cpp", "#include <string>\n"), header}), IsEmpty());
}

TEST(FileSize, HasAnExactLimit) {
  const std::string two_hundred(200, '\n');
  EXPECT_THAT(check_file_size(file("a/a.hpp", two_hundred)), IsEmpty());
  EXPECT_THAT(check_file_size(file("a/a.hpp", two_hundred + "x")), SizeIs(1));
  EXPECT_THAT(check_file_size(file("a/a.cpp", std::string(399, '\n'))), IsEmpty());
  EXPECT_THAT(check_file_size(file("a/a.cpp", std::string(400, '\n'))), SizeIs(1));
  EXPECT_THAT(check_file_size(file("docs/a.md", std::string(4000, '\n'))), IsEmpty());
}

TEST(PragmaOnce, IsTheFirstDirective) {
  EXPECT_THAT(check_pragma_once(file("a/a.hpp", "// why\n#pragma once\n#include <map>\n")), IsEmpty());
  EXPECT_THAT(check_pragma_once(file("a/a.hpp", "#include <map>\n#pragma once\n")), SizeIs(1));
  EXPECT_THAT(check_pragma_once(file("a/a.hpp", "#ifndef A\n#define A\n#endif\n")), SizeIs(1));
  EXPECT_THAT(check_pragma_once(file("a/a.hpp", "int x;\n")), SizeIs(1));
  EXPECT_THAT(check_pragma_once(file("a/a.cpp", "int x;\n")), IsEmpty());
}

TEST(NoSleep, SeesEveryWayToSleepButOurOwnClocks) {
  for (const char* call : {"std::this_thread::sleep_for(1ms);", "std::this_thread::sleep_until(t);", "usleep(10);",
                           "nanosleep(&t, nullptr);", "::sleep(1);", "sleep_for(1ms);"}) {
    EXPECT_THAT(check_no_sleep_in_tests(file("tests/a/a_test.cpp", call)), SizeIs(1)) << call;
  }
  EXPECT_THAT(check_no_sleep_in_tests(file("tests/a/a_test.cpp", "clock.sleep_until(t);")), IsEmpty());
  EXPECT_THAT(check_no_sleep_in_tests(file("tests/a/a_test.cpp", "// usleep(1) would be wrong")), IsEmpty());
  EXPECT_THAT(check_no_sleep_in_tests(file("harness/a.cpp", "nanosleep(&t, nullptr);")), IsEmpty());
}

TEST(Clocks, AreReadByTheHarnessOnly) {
  EXPECT_THAT(check_clocks(file("harness/a.cpp", "std::chrono::high_resolution_clock::now();")), SizeIs(1));
  EXPECT_THAT(check_clocks(file("lab/a.cpp", "std::chrono::high_resolution_clock::now();")), SizeIs(1));
  EXPECT_THAT(check_clocks(file("scenarios/a.cpp", "std::chrono::system_clock::now();")), SizeIs(1));
  EXPECT_THAT(check_clocks(file("analysis/verdict.cpp", "std::chrono::system_clock::now();")), SizeIs(1));
  EXPECT_THAT(check_clocks(file("analysis/run_file.cpp", "std::chrono::system_clock::now();")), IsEmpty());
  EXPECT_THAT(check_clocks(file("lab/a.cpp", "std::chrono::system_clock::now();")), IsEmpty());
  EXPECT_THAT(check_clocks(file("loadgen/a.cpp", "std::chrono::steady_clock::now();")), SizeIs(1));
  EXPECT_THAT(check_clocks(file("harness/a.cpp", "std::chrono::steady_clock::now();")), IsEmpty());
}

TEST(Words, NameNobodysMachineAndHoldNoNotes) {
  for (const char* line :
       {"open(\"/home/me/x\")", "/root/x", "see /Users/me/", "cat /tmp/x", "// TODO later", "# FIXME", "XXX"}) {
    EXPECT_THAT(check_words(file("docs/a.md", line)), SizeIs(1)) << line;
  }
  for (const char* line : {"open(\"/proc/stat\")", "/sys/devices/system/cpu", "https://example.org/home/x",
                           "${TMPDIR}/tmp/x", "lock = \"/tmp/assay.lock\"", "the TODOs of others", "\"/home\""}) {
    EXPECT_THAT(check_words(file("docs/a.md", line)), IsEmpty()) << line;
  }
}

TEST(FileName, IsAConcept) {
  for (const char* path : {"harness/utils.hpp", "lab/common.cpp", "analysis/json_util.hpp", "lab/misc.cpp",
                           "tests/lab/common_fixture.cpp", "scenarios/helpers.cpp"}) {
    EXPECT_THAT(check_file_name(file(path, "")), SizeIs(1)) << path;
  }
  for (const char* path : {"harness/clock.hpp", "analysis/utilisation.cpp", "lab/commonality.cpp"}) {
    EXPECT_THAT(check_file_name(file(path, "")), IsEmpty()) << path;
  }
}

TEST(CudaIncludes, StayInTheirFolder) {
  EXPECT_THAT(check_cuda_includes(file("kernels/a.cpp", "#include <cuda_runtime.h>\n")), SizeIs(1));
  EXPECT_THAT(check_cuda_includes(file("harness/a.cpp", "#include <nvml.h>\n")), SizeIs(1));
  EXPECT_THAT(check_cuda_includes(file("tests/kernels/a.cpp", "#include <cuda_runtime.h>\n")), SizeIs(1));
  EXPECT_THAT(check_cuda_includes(file("kernels/cuda/a.cu", "#include <cuda_runtime.h>\n")), IsEmpty());
  EXPECT_THAT(check_cuda_includes(file("tests/kernels/cuda_on_host/a.cpp", "#include <cuda_runtime.h>\n")), IsEmpty());
}

TEST(ListedInCmake, FindsDeadSources) {
  const SourceFile source = file("harness/clock.cpp", "");
  EXPECT_THAT(check_listed_in_cmake({source}), SizeIs(1));
  EXPECT_THAT(check_listed_in_cmake({source, file("harness/CMakeLists.txt", "SOURCES\n    clock.cpp\n")}), IsEmpty());
  EXPECT_THAT(check_listed_in_cmake({source, file("harness/CMakeLists.txt", "wall_clock.cpp clock.cpp.in")}),
              SizeIs(1));
  EXPECT_THAT(check_listed_in_cmake({source, file("loadgen/CMakeLists.txt", "clock.cpp")}), SizeIs(1));
  EXPECT_THAT(check_listed_in_cmake({source, file("harness/sources.cmake", "clock.cpp")}), IsEmpty());
  EXPECT_THAT(check_listed_in_cmake({source, file("harness/more_sources.cmake", "clock.cpp")}), SizeIs(1));
  const SourceFile deeper = file("harness/arch/x86.cpp", "");
  EXPECT_THAT(check_listed_in_cmake({deeper, file("harness/CMakeLists.txt", "(arch/x86.cpp)")}), IsEmpty());
}

TEST(Findings, PrintAsAnEditorReadsThem) {
  std::ostringstream out;
  out << Finding{.path = "lab/a.cpp", .line = 7, .message = "is wrong"};
  EXPECT_EQ(out.str(), "lab/a.cpp:7: is wrong");
}

TEST(SourceFileParts, AreTakenFromThePath) {
  EXPECT_EQ(file("harness/clock.hpp", "").folder(), "harness");
  EXPECT_EQ(file("README.md", "").folder(), "");
  EXPECT_EQ(file("a.b/c", "").extension(), "");
  EXPECT_THAT(file("a", "one\n\ntwo").lines(), ElementsAre("one", "", "two"));
}

TEST(TypesHaveOneDefinition, ReportsASecondFile) {
  const std::string plain = "namespace assay {\nstruct Answer {\n};\n}  // namespace assay\n";
  const std::string hidden =
      "namespace assay {\nnamespace {\nstruct Answer {\n};\n}  // namespace\n}  // namespace assay\n";
  const std::string elsewhere =
      "namespace assay::test_support {\nstruct Answer {\n};\n}  // namespace assay::test_support\n";
  const std::string member = "namespace assay {\nstruct Reader::Answer {\n};\nclass Answer;\n}  // namespace assay\n";
  EXPECT_THAT(check_types_have_one_definition({file("lab/a.hpp", plain), file("scenarios/b.hpp", plain)}),
              ElementsAre(Field(&Finding::line, 2U)));
  EXPECT_THAT(check_types_have_one_definition({file("lab/a.hpp", plain), file("scenarios/b.cpp", plain)}), SizeIs(1));
  for (const std::string& other : {hidden, elsewhere, member}) {
    EXPECT_THAT(check_types_have_one_definition({file("lab/a.hpp", plain), file("lab/b.cpp", other)}), IsEmpty());
  }
  EXPECT_THAT(check_types_have_one_definition({file("lab/a.hpp", plain + plain)}), IsEmpty());
}

}  // namespace
}  // namespace assay
