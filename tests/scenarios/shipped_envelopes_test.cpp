#include "scenarios/shipped_envelopes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAreArray;

TEST(ShippedEnvelopes, AreTheFilesOfTheFolder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(ASSAY_ENVELOPES)) {
    files.push_back(entry.path().stem().string());
  }
  EXPECT_THAT(shipped_envelope_names(), UnorderedElementsAreArray(files));
  for (const std::string& name : files) {
    EXPECT_EQ(find_thermal_envelope(name).name, name);
  }
}

TEST(ShippedEnvelopes, AFileIsReadFromWhereItIs) {
  EXPECT_EQ(find_thermal_envelope(std::string(ASSAY_ENVELOPES) + "/laptop.toml").name, "laptop");
}

TEST(ShippedEnvelopes, WhatIsNeitherIsAnsweredWithTheNames) {
  EXPECT_THAT([] { static_cast<void>(find_thermal_envelope("fridge")); },
              ThrowsMessage<std::invalid_argument>(
                  HasSubstr("\"fridge\" is no file and no envelope of that name comes with the program: "
                            "blocked-airflow, laptop, phone, phone-60fps, server")));
  EXPECT_THROW(static_cast<void>(find_thermal_envelope(ASSAY_ENVELOPES)), std::invalid_argument);
}

}  // namespace
}  // namespace assay
