#pragma once

#include <filesystem>

#include "analysis/bundle_record.hpp"

namespace assay {

/// A bundle made by hand, every member of it set: what the golden file holds.
[[nodiscard]] BundleRecord golden_bundle();

/// A folder with a bundle of one run and one roofline, whose files are as bundle.json says. Returns the record.
BundleRecord write_sample_bundle(const std::filesystem::path& folder);

}  // namespace assay
