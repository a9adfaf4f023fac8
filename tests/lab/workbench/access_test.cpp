#include "lab/workbench/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace assay {
namespace {

using ::testing::Optional;

const std::string kToken = "0123456789abcdef0123456789abcdef";
const AccessRules kRules{.token = kToken, .port = 4711};

HttpRequest api_request() {
  return {.method = "GET", .path = "/api/state", .host = "127.0.0.1:4711", .authorization = "Bearer " + kToken};
}

unsigned refused(const HttpRequest& request, const AccessRules& rules = kRules) {
  const auto refusal = access_refusal(rules, request);
  return refusal ? refusal->status : 0;
}

TEST(Access, LetsTheOwnPageIn) {
  HttpRequest request = api_request();
  EXPECT_EQ(refused(request), 0U);
  request.origin = "http://127.0.0.1:4711";
  request.fetch_site = "same-origin";
  EXPECT_EQ(refused(request), 0U);
  for (const char* host : {"localhost:4711", "[::1]:4711"}) {
    request.host = host;
    request.origin = std::string("http://") + host;
    EXPECT_EQ(refused(request), 0U) << host;
  }
}

// A page of an attacker whose name was turned to 127.0.0.1 sends that name.
TEST(Access, RefusesEveryOtherHostEvenForThePageItself) {
  for (const char* host :
       {"", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:47110", "127.0.0.1:4711.evil.example", "evil.example:4711",
        "127.0.0.1.evil.example:4711", "localhost.:4711", "LOCALHOST:4711", "evil@127.0.0.1:4711", "127.0.0.1:4711 "}) {
    HttpRequest request = api_request();
    request.host = host;
    EXPECT_EQ(refused(request), 403U) << host;
    request.path = "/";
    EXPECT_EQ(refused(request), 403U) << host;
  }
}

TEST(Access, TakesAnyPortForASocketButNoOtherName) {
  const AccessRules rules{.token = kToken, .port = std::nullopt};
  HttpRequest request = api_request();
  request.host = "localhost:8080";
  EXPECT_EQ(refused(request, rules), 0U);
  for (const char* host : {"localhost", "localhost:", "localhost:http", "localhost:123456", "evil.example:8080"}) {
    request.host = host;
    EXPECT_EQ(refused(request, rules), 403U) << host;
  }
}

TEST(Access, AsksTheApiForTheTokenAndThePageForNone) {
  HttpRequest request = api_request();
  for (const auto& authorization :
       {std::optional<std::string>(), std::optional<std::string>(""), std::optional<std::string>(kToken),
        std::optional<std::string>("Bearer "), std::optional<std::string>("bearer " + kToken),
        std::optional<std::string>("Bearer " + kToken + "0"),
        std::optional<std::string>("Bearer " + kToken.substr(1) + "0")}) {
    request.authorization = authorization;
    EXPECT_EQ(refused(request), 401U) << authorization.value_or("none");
  }
  request.authorization.reset();
  request.path = "/lab.js";
  EXPECT_EQ(refused(request), 0U);
  request.path = "/api";
  EXPECT_EQ(refused(request), 401U);
}

TEST(Access, RefusesAnotherPageEvenWithTheToken) {
  for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1:4711", "http://127.0.0.1:4712",
                             "http://localhost:4711", ""}) {
    HttpRequest request = api_request();
    request.origin = origin;
    EXPECT_EQ(refused(request), 403U) << origin;
  }
  for (const char* site : {"cross-site", "same-site", ""}) {
    HttpRequest request = api_request();
    request.fetch_site = site;
    EXPECT_EQ(refused(request), 403U) << site;
  }
}

TEST(Access, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_FALSE(equal_in_constant_time("\x80", std::string_view("\0", 1)));
  EXPECT_FALSE(equal_in_constant_time("", "")) << "no token is no key";
}

TEST(Access, SendsTheHeadersThatKeepOthersOut) {
  const auto headers = protective_headers();
  const auto value = [&headers](const char* name) {
    const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? std::string() : found->second;
  };
  EXPECT_THAT(value("Content-Security-Policy"), ::testing::HasSubstr("default-src 'self'"));
  EXPECT_THAT(value("Content-Security-Policy"), ::testing::HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(value("Content-Security-Policy"), ::testing::Not(::testing::HasSubstr("unsafe")));
  EXPECT_EQ(value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(value("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(value("Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(value("Cache-Control"), "no-store");
  EXPECT_EQ(value("Access-Control-Allow-Origin"), "");
}

TEST(QueryValue, DecodesAndRefusesBadEncoding) {
  EXPECT_THAT(query_value("track=edge&format=md", "format"), Optional(std::string("md")));
  EXPECT_THAT(query_value("a=1+2%2B3%c3%a4", "a"), Optional(std::string("1 2+3\xc3\xa4")));
  EXPECT_THAT(query_value("a&b=", "a"), Optional(std::string()));
  EXPECT_THAT(query_value("a&b=", "b"), Optional(std::string()));
  EXPECT_EQ(query_value("ab=1", "a"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  for (const char* bad : {"a=%", "a=%4", "a=%4x", "a=%x4", "a=% 4"}) {
    EXPECT_EQ(query_value(bad, "a"), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace assay
