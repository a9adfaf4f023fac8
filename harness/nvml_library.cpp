#include "harness/nvml_library.hpp"

#include <dlfcn.h>

namespace assay {

Reading<std::shared_ptr<NvmlLibrary>> NvmlLibrary::open() {
  void* const handle = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const reason = dlerror();
    return Unavailable{reason == nullptr ? "libnvidia-ml.so.1 cannot be opened" : reason};
  }
  return start([handle](const char* name) { return dlsym(handle, name); });
}

Reading<std::shared_ptr<NvmlLibrary>> NvmlLibrary::start(Lookup lookup) {
  const std::shared_ptr<NvmlLibrary> library(new NvmlLibrary(std::move(lookup)));  // the constructor is private
  if (auto failure = library->call("nvmlInit_v2")) {
    return *failure;
  }
  library->started_ = true;
  return library;
}

NvmlLibrary::~NvmlLibrary() {
  if (started_) {
    static_cast<void>(call("nvmlShutdown"));
  }
}

std::string NvmlLibrary::text_of(NvmlResult code) const {
  auto* const text = find<const char*(NvmlResult)>("nvmlErrorString");
  return text == nullptr ? "error " + std::to_string(code) : std::string{text(code)};
}

}  // namespace assay
