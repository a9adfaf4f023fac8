#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/bundle_record.hpp"

namespace assay {

/// What a view of many bundles needs of one: small enough to be kept for ten thousand of them. Texts are cut off after
/// 200 bytes.
struct BundleSummary {
  std::string id;
  std::string created;
  std::string supersedes;
  std::string suite;
  std::string suite_sha256;
  SystemKind system = SystemKind::measured;
  std::string limits;  ///< "narrow (cpus=0 simd=sse2)"; empty: a machine as it is
  MachineIdentity identity;
  std::string machine;  ///< "AMD EPYC 7B13, 8 cores, 16.0 GiB, Debian GNU/Linux 12 (bookworm)"
  std::string tool;     ///< "0.1.0 (3f2a1b0)"
  bool complete = false;
  bool interrupted = false;
  bool hash_matches = true;
  std::vector<BundleEntry> entries;  ///< without titles, digests and commands
  std::vector<BundleGap> gaps;

  /// Complete, not interrupted, unchanged, and every result of it VALID.
  [[nodiscard]] bool sound() const;
};

[[nodiscard]] BundleSummary summary_of(const BundleRecord& record);

/// One line of JSON for a cache of ours, and back. Throws std::runtime_error for another text.
[[nodiscard]] std::string summary_json(const BundleSummary& summary);
[[nodiscard]] BundleSummary summary_from_json(std::string_view text);

}  // namespace assay
