#include "scenarios/output_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace assay {

namespace {

/// Reference probes are slow: each sample's is computed once.
class References {
 public:
  explicit References(const Kernel& kernel) : kernel_(kernel) {}

  const Kernel::Probe& of(std::uint32_t sample) {
    const auto [entry, is_new] = probes_.try_emplace(sample);
    if (is_new) {
      entry->second = kernel_.reference_probe(sample);
    }
    return entry->second;
  }

 private:
  const Kernel& kernel_;
  std::map<std::uint32_t, Kernel::Probe> probes_;
};

}  // namespace

std::string ResponseCheck::text() const {
  if (!passed) {
    return detail;
  }
  return fmt::format("ok {:.1e} (bound {:.1e}), {} responses", worst_relative_error, tolerance, checked_count);
}

ResponseCheck check_responses(std::span<const LoggedResponse> responses, const Kernel& kernel) {
  ResponseCheck check{.tolerance = kernel.tolerance()};
  References references(kernel);
  for (const LoggedResponse& response : responses) {
    Kernel::Probe found{};
    if (response.data.size() != sizeof(found)) {
      check.detail = fmt::format("response to sample {} has {} bytes, {} expected", response.sample_index,
                                 response.data.size(), sizeof(found));
      return check;
    }
    std::memcpy(found.data(), response.data.data(), sizeof(found));
    const Kernel::Probe& expected = references.of(response.sample_index);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double scale = std::max(std::abs(static_cast<double>(expected[i])), kernel.output_scale());
      const double error = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])) / scale;
      // Written so that a NaN fails.
      if (!(error <= check.tolerance)) {
        check.detail = fmt::format("sample {}, probe {}: {} found, {} expected, relative error {:.1e} above {:.1e}",
                                   response.sample_index, i, found[i], expected[i], error, check.tolerance);
        return check;
      }
      check.worst_relative_error = std::max(check.worst_relative_error, error);
    }
    ++check.checked_count;
  }
  check.passed = check.checked_count != 0;
  if (!check.passed) {
    check.detail = "no response was checked: the run kept none";
  }
  return check;
}

}  // namespace assay
