#include "kernels/xsmm_kernel.hpp"

#include <fmt/format.h>
#include <libxsmm.h>

#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "kernels/simd_cap.hpp"

extern char** environ;  // NOLINT: POSIX has no header for it

namespace assay {
namespace {

std::set<std::string> environment_names() {
  std::set<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    names.insert(text.substr(0, text.find('=')));
  }
  return names;
}

/// libxsmm_init() sets OMP_PROC_BIND and more. A child process would be bound to one CPU by it before it has placed a
/// thread: what the library added is taken back.
void initialise_and_keep_the_environment() {
  const std::set<std::string> before = environment_names();
  libxsmm_init();
  for (const std::string& name : environment_names()) {
    if (!before.contains(name)) {
      unsetenv(name.c_str());
    }
  }
}

libxsmm_smmfunction dispatch(int m, int n, int k, int ldc, float beta) {
  const float alpha = 1;
  const int flags = LIBXSMM_GEMM_FLAG_NONE;
  return libxsmm_smmdispatch(m, n, k, &m, &k, &ldc, &alpha, &beta, &flags, nullptr);
}

libxsmm_dmmfunction dispatch(int m, int n, int k, int ldc, double beta) {
  const double alpha = 1;
  const int flags = LIBXSMM_GEMM_FLAG_NONE;
  return libxsmm_dmmdispatch(m, n, k, &m, &k, &ldc, &alpha, &beta, &flags, nullptr);
}

}  // namespace

Reading<std::string> xsmm_version() {
  static const Reading<std::string> version = []() -> Reading<std::string> {
    if (std::string refusal = library_refusal(); !refusal.empty()) {
      return Unavailable{std::move(refusal)};
    }
    initialise_and_keep_the_environment();
    const std::string text = fmt::format("LIBXSMM {}, {}", LIBXSMM_CONFIG_VERSION, libxsmm_get_target_arch());
    if (dispatch(16, 16, 16, 16, 0.0F) == nullptr) {
      return Unavailable{text + ": writes no code for this processor"};
    }
    return text;
  }();
  return version;
}

template <class Real>
XsmmKernel<Real> xsmm_kernel(const XsmmShape& shape) {
  const auto kernel =
      dispatch(static_cast<int>(shape.columns), static_cast<int>(shape.rows), static_cast<int>(shape.depth),
               static_cast<int>(shape.c_row_length), shape.adds ? Real{1} : Real{0});
  if (kernel == nullptr) {
    throw std::runtime_error(fmt::format("LIBXSMM {} writes no code for a product of {} x {} x {}",
                                         LIBXSMM_CONFIG_VERSION, shape.rows, shape.columns, shape.depth));
  }
  return kernel;
}

template XsmmKernel<float> xsmm_kernel<float>(const XsmmShape& shape);
template XsmmKernel<double> xsmm_kernel<double>(const XsmmShape& shape);

}  // namespace assay
