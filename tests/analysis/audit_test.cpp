#include "analysis/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_html.hpp"
#include "analysis/audit_json.hpp"
#include "analysis/audit_text.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/sample_runs.hpp"
#include "tests/analysis/sample_systems.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Datasheet device() {
  return {.id = "device",
          .title = "A Device",
          .announced = "2022-03",
          .source = "its datasheet",
          .note = "",
          .peak_per_s = {{"f16", 989e12}, {"f32", 67e12}},
          .bandwidth_bytes_per_s = 3350e9,
          .power_w = 700.0,
          .price_usd = 30000.0,
          .price_usd_most = {},
          .price_source = "list"};
}

AuditRecord audited(const SampleSystem& a, const SampleSystem& b, const AuditOptions& options = {}) {
  return audit({{.bundle = sample_bundle(a)}, {.bundle = sample_bundle(b)}}, options);
}

TEST(Audit, TheHigherPeakLosesAndTwiceIsRefuted) {
  const AuditRecord record = audited(tall_system(), wide_system());
  EXPECT_FALSE(record.withheld()) << record.fairness.why_withheld();
  EXPECT_EQ(record.claim.outcome, ClaimOutcome::refuted);  // 8,000 over 4,500
  EXPECT_NEAR(*record.claim.measured.point, 8000.0 / 4500.0, 0.001);
  const AuditCrossover& crossover = record.crossovers.front();
  EXPECT_EQ(crossover.wins_above, 0U);  // A has the higher peak
  EXPECT_NEAR(*crossover.intensity.point, 5.0, 0.05);
  EXPECT_NEAR(*record.systems[0].predicted.value.point, 5000.0, 50.0);
  EXPECT_NEAR(*record.systems[1].predicted.value.point, 10000.0, 100.0);
  EXPECT_NEAR(*record.comparisons.front().predicted.point, 2.0, 0.02);
  EXPECT_NEAR(*record.systems[0].share.point, 0.9, 0.01);
  EXPECT_EQ(record.systems[0].bound_by, "bandwidth");
  EXPECT_EQ(record.pareto[0].dominated_by, 1U);
  ASSERT_EQ(record.memo.size(), 3U);
  EXPECT_THAT(record.memo[0], HasSubstr("On the specification A box (measured) is ahead"));
  EXPECT_THAT(record.memo[1], HasSubstr("below the tie at 5."));
  EXPECT_THAT(record.memo[2], AllOf(HasSubstr("Against A"), HasSubstr("buy B"), HasSubstr("REFUTED")));
}

TEST(Audit, SupportsAClaimThatHolds) {
  SampleSystem wide = wide_system();
  wide.samples_per_s = {9500.0, 9510.0, 9490.0};
  EXPECT_EQ(audited(tall_system(), wide).claim.outcome, ClaimOutcome::supported);
}

TEST(Audit, ASpecificationMayHold) {
  SampleSystem tall = tall_system();
  SampleSystem wide = wide_system();
  tall.traffic = wide.traffic = 10'000;  // 100 flop/byte, far above the tie
  tall.samples_per_s = {180'000.0, 181'000.0, 179'000.0};
  wide.samples_per_s = {45'000.0, 45'100.0, 44'900.0};
  const AuditRecord record = audited(tall, wide);
  EXPECT_EQ(record.systems[0].bound_by, "arithmetic");
  EXPECT_THAT(record.memo[1], HasSubstr("above the tie"));
  EXPECT_THAT(record.memo[2], HasSubstr("For A: its specification holds"));
}

TEST(Audit, IsWithheldWithTheFailingControlNamed) {
  SampleSystem wide = wide_system();
  wide.warm_up_s = 2.0;
  const AuditRecord record = audited(tall_system(), wide);
  EXPECT_TRUE(record.withheld());
  EXPECT_EQ(record.claim.outcome, ClaimOutcome::withheld);
  const std::string text = audit_text(record, {});
  EXPECT_THAT(text, HasSubstr("withheld, because warm-up differed: 500 ms against 2.00 s"));
  EXPECT_THAT(record.memo[1], HasSubstr("withheld, because warm-up differed"));
  EXPECT_THAT(record.memo[2], AllOf(HasSubstr("for or against"), HasSubstr("--warmup")));
  EXPECT_THAT(record.ranking.order, IsEmpty());
  const json file = json::parse(audit_json(record));
  EXPECT_TRUE(file["verdict"].is_null());
  EXPECT_THAT(file["withheld"].get<std::string>(), HasSubstr("warm-up differed"));
}

/// Digits with points and commas between them. std::regex raises false warnings under the sanitizers.
std::vector<std::string> numbers_in(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && (is_digit(text[end]) || (end > i && (text[end] == '.' || text[end] == ',')))) {
      ++end;
    }
    if (end > i) {
      numbers.push_back(text.substr(i, end - i));
      while (!is_digit(numbers.back().back())) {
        numbers.back().pop_back();
      }
    }
    i = std::max(end, i + 1);
  }
  return numbers;
}

TEST(Audit, EveryNumberOfTheMemoStandsInATable) {
  const AuditRecord record = audited(tall_system(), wide_system());
  const std::string text = audit_text(record, {});
  const std::string tables = text.substr(text.find("fairness, from what"));
  for (const std::string& sentence : record.memo) {
    for (const std::string& number : numbers_in(sentence)) {
      const bool is_claim = number == "2" && sentence.find("\"2x") != std::string::npos;
      EXPECT_TRUE(is_claim || tables.find(number) != std::string::npos) << number << " of: " << sentence;
    }
  }
  EXPECT_THAT(numbers_in("at 5.07, 1.78 x [1.76, 1.80]."), ::testing::ElementsAre("5.07", "1.78", "1.76", "1.80"));
}

TEST(Audit, KindsStandEverywhereAndInTheFirstLine) {
  SampleSystem wide = wide_system();
  wide.kind = SystemKind::envelope;
  wide.limits = {.name = "narrow", .simd = "sse2"};
  const AuditRecord record =
      audit({{.bundle = sample_bundle(tall_system())}, {.bundle = sample_bundle(wide)}, {.datasheet = device()}}, {});
  EXPECT_THAT(record.first_line,
              AllOf(HasSubstr("different kinds"), HasSubstr("A box (measured)"), HasSubstr("B box (ENVELOPE narrow)"),
                    HasSubstr("C A Device (datasheet)"), HasSubstr("one machine")));
  EXPECT_THAT(audit_text(record, {}), ::testing::StartsWith("systems of different kinds"));
  const AuditSystem& sheet = record.systems[2];
  EXPECT_EQ(sheet.predicted.kind, FigureKind::projected);
  EXPECT_FALSE(sheet.throughput.value.point);
  EXPECT_DOUBLE_EQ(*sheet.predicted.value.point, 0.5 * 3350e9 / 1e6);
  EXPECT_EQ(record.systems[1].predicted.kind, FigureKind::derived);
  const std::string page = audit_html(record);
  EXPECT_THAT(page, AllOf(HasSubstr("ENVELOPE narrow"), HasSubstr("class=\"roof k2 stated\""), HasSubstr("projected")));
}

TEST(Audit, AnEnvelopeThatCallsItselfMeasuredIsOne) {
  SampleSystem wide = wide_system();
  wide.limits = {.name = "narrow", .simd = "sse2"};
  EXPECT_EQ(audited(tall_system(), wide).systems[1].kind, SystemKind::envelope);
}

TEST(Audit, DatasheetsAloneProjectAndDecideNothing) {
  Datasheet other = device();
  other.id = "other";
  const AuditRecord record = audit({{.datasheet = device()}, {.datasheet = other}}, {.dtype = "f16", .intensity = 1.0});
  EXPECT_TRUE(record.withheld());
  EXPECT_THAT(record.memo[1], HasSubstr("nothing was measured"));
  EXPECT_EQ(record.systems[0].predicted.kind, FigureKind::projected);
  EXPECT_THAT(audit({{.datasheet = device()}, {.datasheet = other}}, {.dtype = "i8"}).systems[0].roofs.reason,
              HasSubstr("states no peak of i8"));
}

TEST(Audit, WhatIsMissingIsSaid) {
  LoadedBundle bare = sample_bundle(wide_system());
  bare.roofline.reset();
  bare.runs.clear();
  const AuditRecord record = audit({{.bundle = sample_bundle(tall_system())}, {.bundle = bare}}, {});
  EXPECT_TRUE(record.withheld());
  EXPECT_THAT(record.systems[1].roofs.reason, HasSubstr("no roofline"));
  EXPECT_THAT(audit_text(record, {}), HasSubstr("not available"));
  EXPECT_THAT(schema_findings(own_schema("audit-1"), json::parse(audit_json(record))), IsEmpty());
  EXPECT_THAT(audit_html(record), HasSubstr("not available"));
}

TEST(Audit, RefusesNonsense) {
  const AuditInput one{.bundle = sample_bundle(tall_system())};
  const AuditInput two{.bundle = sample_bundle(wide_system())};
  EXPECT_THROW((void)audit({one}, {}), std::invalid_argument);
  EXPECT_THROW((void)audit({one, one}, {}), std::invalid_argument);
  EXPECT_THROW((void)audit({one, two}, {.claim = "twice"}), std::invalid_argument);
  EXPECT_THROW((void)audit({one, two}, {.axes = {"speed"}}), std::invalid_argument);
  EXPECT_THROW((void)audit({one, two}, {.intensity = -1.0}), std::invalid_argument);
}

TEST(AuditGiven, PricesAndPowerAreLabelled) {
  AuditInput a{.bundle = sample_bundle(tall_system()), .price_usd = 1200.0, .watts = 65.0};
  AuditInput b{.bundle = sample_bundle(wide_system()), .price_usd = 900.0, .watts = 50.0};
  const AuditRecord record = audit({a, b}, {.claim = "2x:fps_per_watt"});
  EXPECT_EQ(record.systems[0].price.kind, FigureKind::given);
  EXPECT_EQ(record.systems[0].watts.kind, FigureKind::given);
  EXPECT_NEAR(*record.systems[0].per_watt.value.point, 4500.0 / 65.0, 0.01);
  EXPECT_EQ(record.claim.outcome, ClaimOutcome::supported);  // 160 over 69.2
  EXPECT_THAT(audit_text(record, {}), HasSubstr("1200 $ (given)"));
}

TEST(AuditSchema, DescribesEveryFileThatIsWritten) {
  EXPECT_THAT(schema_findings(own_schema("audit-1"), json::parse(audit_json(audited(tall_system(), wide_system())))),
              IsEmpty());
  const AuditRecord mixed = audit({{.bundle = sample_bundle(tall_system())}, {.datasheet = device()}}, {});
  EXPECT_THAT(schema_findings(own_schema("audit-1"), json::parse(audit_json(mixed))), IsEmpty());
}

TEST(AuditSchema, FindsWhatBreaksIt) {
  json file = json::parse(audit_json(audited(tall_system(), wide_system())));
  file["claim"]["outcome"] = "perhaps";
  file["systems"][0]["colour"] = "red";
  EXPECT_THAT(schema_findings(own_schema("audit-1"), file), ::testing::SizeIs(2));
}

TEST(AuditPage, IsSmallClosedAndWithoutScript) {
  const std::string page = audit_html(audited(tall_system(), wide_system()));
  EXPECT_LT(page.size(), 150'000U);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http-equiv=\"refresh")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  const auto begin = page.find("<style>") + 7;
  const std::string style = page.substr(begin, page.find("</style>") - begin);
  EXPECT_THAT(page, HasSubstr("style-src 'sha256-" + sha256_base64(style) + "'"));
  EXPECT_THAT(page,
              AllOf(HasSubstr("<title id=\"roofline-chart-title\">"), HasSubstr("<desc id=\"pareto-chart-desc\">")));
  EXPECT_THAT(page, Not(HasSubstr(" style=\"")));  // the policy would not let it through
  EXPECT_EQ(page, audit_html(audited(tall_system(), wide_system())));
}

TEST(AuditPage, HostileTextsAreHarmless) {
  SampleSystem hostile = wide_system();
  hostile.label = kHostileLabel;
  hostile.limits = {.name = kHostileLabel, .simd = kHostileLabel};
  LoadedBundle bundle = sample_bundle(hostile);
  bundle.record.id = kHostileLabel;
  bundle.record.metric = kHostileLabel;
  bundle.record.track = "\x1b[2J" + kHostileLabel;
  bundle.record.lighthouse_step = kHostileLabel;
  bundle.problems = {kHostileLabel + std::string(1'000'000, 'x')};
  for (BundledRun& one : bundle.runs) {
    one.run.workload = one.run.tool.compiler = "\x1b]0;owned\x07" + kHostileLabel;
    one.run.workload_parameters[kHostileLabel] = std::string(300'000, '<');
    one.entry.step = one.entry.step == "offline" ? kHostileLabel : one.entry.step;
  }
  const AuditRecord record = audit({{.bundle = sample_bundle(tall_system())}, {.bundle = bundle}}, {});
  const std::string page = audit_html(record);
  EXPECT_LT(page.size(), 150'000U);
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<img")), Not(HasSubstr("</script")), Not(HasSubstr("onerror=\""))));
  const std::string text = audit_text(record, {});
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07"))));
  EXPECT_LT(text.size(), 50'000U);
  EXPECT_THAT(schema_findings(own_schema("audit-1"), json::parse(audit_json(record))), IsEmpty());
}

TEST(AuditChart, StandsAlone) {
  const AuditRecord record = audited(tall_system(), wide_system());
  const std::string svg = audit_roofline_chart(record, {.standalone = true, .id = "roofline"}).str();
  EXPECT_THAT(svg, AllOf(HasSubstr("<style>"), HasSubstr("class=\"band k0\""), HasSubstr("A and B tie at 5.0")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_FALSE(audit_pareto_chart(record, {.id = "pareto"}).empty());
}

}  // namespace
}  // namespace assay
