#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/bundle_record.hpp"
#include "analysis/gallery.hpp"

namespace assay {

/// The bundle of one of many equal two-core machines: a roofline, three repeats in two scenarios and a soak. Seeded by
/// `number`, so that each differs from its siblings by noise of under 1 %. Invented figures of real size.
[[nodiscard]] BundleRecord sample_bundle(std::size_t number, const std::string& label);

/// So many of them, n01 and on, with one whose memory bandwidth is 9 % low (n17), one INVALID (n05), one without its
/// soak (n11) and one without its roofline (n13), where there are as many.
[[nodiscard]] std::vector<BundleRecord> sample_fleet(std::size_t count);

[[nodiscard]] std::vector<FoundBundle> found(const std::vector<BundleRecord>& records);

}  // namespace assay
