#include "analysis/shared_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/run_file.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> places(std::string_view bytes, const std::string& value,
                                const std::string& not_searched = "") {
  std::vector<std::string> found;
  for (const NameFound& one : find_names(bytes, {{.what = "x", .value = value, .not_searched = not_searched}})) {
    found.push_back(one.place);
  }
  return found;
}

TEST(SharedFacts, FindsANameWhereverItStands) {
  EXPECT_THAT(places(R"({"a":[{"b":"on Lab3-07."}]})", "lab3-07"), ElementsAre("a.b"));
  EXPECT_THAT(places(R"({"a":"\/srv\/ann"})", "/srv/ann"), ElementsAre("a")) << "escaped";
  EXPECT_THAT(places(R"({"a":"\u0061nn"})", "ann"), ElementsAre("a")) << "escaped";
  EXPECT_THAT(places(R"({"ann":1})", "ann"), ElementsAre("ann (its name)"));
  EXPECT_THAT(places("<p>ann</p>", "ann"), ElementsAre("byte 3"));
  EXPECT_THAT(places(R"({"a":"annual, Joann, ann2"})", "ann"), IsEmpty()) << "a part of another word";
  EXPECT_THAT(places(R"({"a":"root"})", "root", "names nobody"), IsEmpty());
  EXPECT_THAT(places(R"({"a":"b"})", ""), IsEmpty());
}

TEST(SharedFacts, FindsWhatLooksLikeSomebodys) {
  const std::string home = std::string("/") + "home";  // in one piece it would be a path of one machine
  EXPECT_THAT(find_traces("52:54:00:ab:cd:ef 10.0.0.7 " + home + "/ann/x ann@lab.example C:\\Users\\ann\\y"),
              UnorderedElementsAre("a MAC address 52:54:00:ab:cd:ef", "an IP address 10.0.0.7",
                                   "a home folder " + home + "/ann", "an e-mail address ann@lab.example",
                                   "a home folder \\Users\\ann"));
  EXPECT_THAT(find_traces("\\" + home + "\\/bob\""), ElementsAre("a home folder \\" + home + "\\/bob")) << "escaped";
  // A name beyond ASCII, written as it is and as JSON may write it; of what is shown each such byte is a '?'.
  EXPECT_THAT(find_traces("in " + home + "/Ånn/x"), ElementsAre("a home folder " + home + "/??nn"));
  EXPECT_THAT(find_traces("\"" + home + "/\\u00c5nn/x\""), ElementsAre("a home folder " + home + "/\\u00c5nn"));
  EXPECT_THAT(find_traces("to ånn@lab.example"), ElementsAre("an e-mail address ??nn@lab.example"));
  EXPECT_THAT(find_traces("\"" + home + "/\\n\""), IsEmpty());
  EXPECT_THAT(find_traces("127.0.0.1:8000 version 1.2.3 12.2.0 at 03:12:09Z sha256:ab:cd p99@10ms 1.2.3.4.5"),
              IsEmpty());
  EXPECT_THAT(find_traces("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
              ElementsAre(::testing::StartsWith("a private key")));
  EXPECT_THAT(find_traces(to_json(golden_run())), IsEmpty());
}

TEST(SharedFacts, ListsEveryTextOnce) {
  SharedTexts shared;
  add_shared_texts(nlohmann::json::parse(R"({"a":["x","y","x"],"b":{"c":"z","d":[1,2.5,null,true]}})"), shared);
  EXPECT_EQ(shared.numbers, 2U);
  EXPECT_THAT(shared.texts.at("a"), ElementsAre("x", "y"));
  EXPECT_THAT(shared.texts.at("b.c"), ElementsAre("z"));
}

}  // namespace
}  // namespace assay
