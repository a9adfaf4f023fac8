#include <stdexcept>

#include "kernels/xsmm_kernel.hpp"

namespace assay {

Reading<std::string> xsmm_version() {
  return Unavailable{"this build has no LIBXSMM: install libxsmm-dev and build again"};
}

template <class Real>
XsmmKernel<Real> xsmm_kernel(const XsmmShape& /*shape*/) {
  throw std::runtime_error(xsmm_version().reason());
}

template XsmmKernel<float> xsmm_kernel<float>(const XsmmShape& shape);
template XsmmKernel<double> xsmm_kernel<double>(const XsmmShape& shape);

}  // namespace assay
