#include "scenarios/custom/answer_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {

std::string one_line(std::string_view text, std::size_t longest) {
  std::string line(text.substr(0, longest));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > longest ? line + "..." : line;
}

OutputCheck check_first_answer(Kernel& kernel) {
  OutputCheck check{.tolerance = kernel.tolerance()};
  const std::uint32_t sample = 0;
  kernel.run({&sample, 1});
  if (kernel.failed()) {
    check.detail = kernel.failure();
    return check;
  }
  check.passed = true;
  if (!kernel.has_reference()) {
    return check;
  }
  const Kernel::Probe found = kernel.probe(0);
  const Kernel::Probe expected = kernel.reference_probe(sample);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double scale = std::max(std::abs(static_cast<double>(expected[i])), kernel.output_scale());
    const double error = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])) / scale;
    check.worst_relative_error = std::max(check.worst_relative_error, error);
    if (!(error <= check.tolerance)) {  // written so that a NaN fails
      check.passed = false;
      check.detail = fmt::format("sample 0, number {}: {} found, {} expected, relative error {:.1e} above {:.1e}", i,
                                 found[i], expected[i], error, check.tolerance);
      break;
    }
  }
  return check;
}

}  // namespace assay
