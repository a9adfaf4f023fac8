#include "analysis/stated_shares.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

RooflineSubject subject(std::string id, SubjectKind kind, std::string dtype, double amount) {
  RooflineSubject made{.id = std::move(id), .kind = kind, .kernel = "k", .dtype = std::move(dtype), .mix = "dot"};
  if (kind == SubjectKind::bandwidth) {
    made.level = "HBM";
    made.mix = "read";
    made.traffic_bytes_per_iteration = made.bus_bytes_per_iteration = amount;
  } else {
    made.work_per_iteration = amount;
  }
  made.cpus = {0};
  for (std::uint32_t i = 0; i < 20; ++i) {
    made.samples.push_back({.round = i, .seconds_per_iteration = 1.0});
  }
  return made;
}

TEST(StatedShares, DivideByTheDatasheetAndSayWhatItLacks) {
  RooflineMeasurement measurement;
  measurement.subjects = {subject("a", SubjectKind::compute, "bf16", 800e12),
                          subject("b", SubjectKind::compute, "f64", 30e12),
                          subject("c", SubjectKind::bandwidth, "f64", 3.0e12)};
  const Datasheet sheet{.id = "x",
                        .title = "Card X",
                        .source = "its paper",
                        .peak_per_s = {{"f16", 1000e12}},
                        .bandwidth_bytes_per_s = 4.0e12};
  const std::string text = stated_shares_text(measurement, fit_roofline(measurement), sheet, "HBM", Charset::ascii);
  EXPECT_THAT(text, AllOf(HasSubstr("Card X"), HasSubstr("not measured"), HasSubstr("0.800"), HasSubstr("0.750"),
                          HasSubstr("f64: the catalogue of datasheets has no figure")));
}

TEST(StatedShares, LeaveOutWhatIsNoRoof) {
  RooflineMeasurement measurement;
  measurement.subjects = {subject("a", SubjectKind::compute, "bf16", 800e12)};
  measurement.subjects.front().output_check = "wrong: all of it";
  const Datasheet sheet{.title = "Card X", .peak_per_s = {{"f16", 1000e12}}};
  EXPECT_THAT(stated_shares_text(measurement, fit_roofline(measurement), sheet, "HBM", Charset::ascii),
              Not(HasSubstr("0.800")));
}

}  // namespace
}  // namespace assay
