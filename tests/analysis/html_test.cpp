#include "analysis/html.hpp"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(HtmlEscaped, MarkupBecomesText) {
  EXPECT_EQ(html_escaped(R"(<b a="1" c='2'>&</b>)"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;");
  EXPECT_EQ(html_escaped("7 µs, [1, ∞) 😀"), "7 µs, [1, ∞) 😀");
  EXPECT_EQ(html_escaped(""), "");
}

TEST(HtmlEscaped, WhatCannotBeShownIsReplaced) {
  EXPECT_EQ(html_escaped(std::string_view("a\0b\x1b\x7f\tc\n", 8)), "a�b��\tc\n");
  EXPECT_EQ(html_escaped("\xC2\x9B"), "�");  // C1: the one-byte CSI of terminals
  EXPECT_EQ(html_escaped("\xE2\x80\xAE"
                         "ab"),
            "�ab");                              // right-to-left override
  EXPECT_EQ(html_escaped("\xE2\x81\xA6"), "�");  // isolate
}

TEST(HtmlEscaped, BytesThatAreNotUtf8AreReplacedOneByOne) {
  EXPECT_EQ(html_escaped("\xff<"), "�&lt;");
  EXPECT_EQ(html_escaped("\xE2\x82"), "��");            // cut short
  EXPECT_EQ(html_escaped("\xE2<b"), "�&lt;b");          // must not swallow what follows
  EXPECT_EQ(html_escaped("\xC0\xBC"), "��");            // overlong '<'
  EXPECT_EQ(html_escaped("\xE0\x80\xBC"), "���");       // overlong '<'
  EXPECT_EQ(html_escaped("\xED\xA0\x80"), "���");       // surrogate
  EXPECT_EQ(html_escaped("\xF4\x90\x80\x80"), "����");  // above U+10FFFF
}

TEST(JsonForScript, NothingEndsTheBlock) {
  EXPECT_EQ(json_for_script(R"({"a":"</script><!--<script>"})"), R"({"a":"\u003c/script>\u003c!--\u003cscript>"})");
}

TEST(Html, TextIsEscapedAndMarkupIsNot) {
  EXPECT_EQ(Html().put("<p>").text("<i>").put(Html().put("</p>")).str(), "<p>&lt;i&gt;</p>");
}

}  // namespace
}  // namespace assay
