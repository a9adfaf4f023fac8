// What takes the place of convolution_onednn.cpp in a build without the headers of oneDNN.
#include "kernels/convolution_library.hpp"

namespace assay {
namespace {

Reading<std::string> offer() {
  return Unavailable{"this build has no convolution by oneDNN: install libdnnl-dev and build again"};
}

std::unique_ptr<ConvolutionRoutine> routine(const ConvolutionShape& /*shape*/, std::span<const float> /*filters*/) {
  return nullptr;
}

}  // namespace

const ConvolutionLibrary& onednn_convolution() {
  static const ConvolutionLibrary library{"onednn", "libdnnl-dev", offer, routine};
  return library;
}

}  // namespace assay
