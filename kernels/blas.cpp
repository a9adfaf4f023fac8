#include "kernels/blas.hpp"

#include <cblas.h>

#include <mutex>

namespace assay {

void use_one_blas_thread() {
  // The thread count is the library's own process-wide state, and setting it while another thread multiplies is a race.
  static std::once_flag once;
  std::call_once(once, [] { openblas_set_num_threads(1); });
}

std::string blas_implementation() {
  // The configuration starts with "OpenBLAS 0.3.21 " and goes on with build options.
  const std::string configuration = openblas_get_config();
  const std::size_t name_end = configuration.find(' ');
  const std::size_t version_end = configuration.find(' ', name_end == std::string::npos ? 0 : name_end + 1);
  return configuration.substr(0, version_end) + ", " + openblas_get_corename();
}

}  // namespace assay
