// What takes the place of network_onednn.cpp in a build without the headers of oneDNN.
#include "kernels/models/network_executor.hpp"

namespace assay {
namespace {

Reading<std::string> offer(NetworkType /*type*/) {
  return Unavailable{"this build has no networks by oneDNN: install libdnnl-dev and build again"};
}

std::unique_ptr<NetworkExecutor> executor(const NetworkProgram& /*program*/) { return nullptr; }

}  // namespace

const NetworkLibrary& onednn_network() {
  static const NetworkLibrary library{"onednn", "libdnnl-dev", offer, executor};
  return library;
}

}  // namespace assay
