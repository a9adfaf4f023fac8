#include "lab/host_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string host_list_refusal(const std::string& list) {
  try {
    (void)expand_hosts(list);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(HostList, ExpandsRangesWithTheirZeros) {
  EXPECT_THAT(expand_hosts("n[01-03,10]"), ElementsAre("n01", "n02", "n03", "n10"));
  EXPECT_THAT(expand_hosts("n[9-11]"), ElementsAre("n9", "n10", "n11"));
  EXPECT_THAT(expand_hosts("n[08-10]"), ElementsAre("n08", "n09", "n10"));
  EXPECT_THAT(expand_hosts("n[98-101]"), ElementsAre("n98", "n99", "n100", "n101"));
  EXPECT_THAT(expand_hosts("r[1-2]n[1-2]-ib"), ElementsAre("r1n1-ib", "r1n2-ib", "r2n1-ib", "r2n2-ib"));
}

TEST(HostList, TakesNamesOneByOneAndEachOnce) {
  EXPECT_THAT(expand_hosts("login"), ElementsAre("login"));
  EXPECT_THAT(expand_hosts("b.example.org,a_1,n[2-3],n2"), ElementsAre("b.example.org", "a_1", "n2", "n3"));
  EXPECT_THAT(expand_hosts("n[0001-9999]"), SizeIs(9999));
}

TEST(HostList, RefusesBadGrammarInOneLine) {
  EXPECT_EQ(host_list_refusal("n[01-"), "host list 'n[01-': a bracket is not closed; write it like n[01-24,30],login");
  EXPECT_THAT(host_list_refusal(""), HasSubstr("a name is empty"));
  EXPECT_THAT(host_list_refusal("a,,b"), HasSubstr("a name is empty"));
  EXPECT_THAT(host_list_refusal("n[]"), HasSubstr("numbers and ranges"));
  EXPECT_THAT(host_list_refusal("n[a-c]"), HasSubstr("numbers and ranges"));
  EXPECT_THAT(host_list_refusal("n[3-1]"), HasSubstr("a range goes up"));
  EXPECT_THAT(host_list_refusal("n[01-1]"), HasSubstr("same width"));
  EXPECT_THAT(host_list_refusal("n[1-024]"), HasSubstr("same width"));
  EXPECT_THAT(host_list_refusal("n]1["), HasSubstr("a bracket is not closed"));
  EXPECT_THAT(host_list_refusal("n[[1-2]]"), HasSubstr("numbers and ranges"));
  EXPECT_THAT(host_list_refusal("n[1-999999999]"), HasSubstr("more than 10000 hosts"));
  EXPECT_THAT(host_list_refusal("a[1-200]b[1-200]c[1-200]"), HasSubstr("more than 10000 hosts"));
  EXPECT_THAT(host_list_refusal("n[99999999999999999999]"), HasSubstr("numbers and ranges"));
}

TEST(HostList, RefusesWhatAShellOrAnOptionParserWouldRead) {
  for (const char* const list :
       {"-oProxyCommand=x", "a;b", "a b", "$(id)", "a\nb", "a`b`", "../x", "a/b", "n'", "n\"", "*"}) {
    EXPECT_THAT(host_list_refusal(list), HasSubstr("begins with a letter or a digit")) << list;
  }
  EXPECT_THAT(host_list_refusal("a\x1b[2J"), HasSubstr("host list 'a?[2J'"));
}

}  // namespace
}  // namespace assay
