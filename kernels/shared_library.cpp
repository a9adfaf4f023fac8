#include "kernels/shared_library.hpp"

#include <dlfcn.h>

#include <utility>

#include "kernels/simd_cap.hpp"

namespace assay {

Reading<SharedLibrary> SharedLibrary::open(std::initializer_list<const char*> names) {
  if (std::string refusal = library_refusal(); !refusal.empty()) {
    return Unavailable{std::move(refusal)};
  }
  std::string reasons;
  for (const char* const name : names) {
    // RTLD_LOCAL: two BLAS libraries define the same names and must not be bound to each other.
    if (void* const handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
      return SharedLibrary(handle, name);
    }
    const char* const reason = dlerror();
    reasons += (reasons.empty() ? "" : "; ") + std::string(reason != nullptr ? reason : name);
  }
  return Unavailable{reasons};
}

void* SharedLibrary::symbol(const char* name) const { return dlsym(handle_, name); }

}  // namespace assay
