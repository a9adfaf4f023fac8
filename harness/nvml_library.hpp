#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "harness/unavailable.hpp"

namespace assay {

// From NVIDIA's NVML API reference: 0 is NVML_SUCCESS, handles are opaque, names end with 0. Declared here because the
// header comes with the CUDA toolkit only, and not with each.
using NvmlResult = int;
using NvmlHandle = void*;  ///< of a device
inline constexpr NvmlResult kNvmlSuccess = 0;
inline constexpr NvmlResult kNvmlInsufficientSize = 7;

/// NVML, the driver's management library, opened at run time. It is started once and shut down with the last owner; the
/// file stays loaded until the process ends, since its threads may run until then. Only ever asked, never told: no
/// function that sets anything is named in this program.
class NvmlLibrary {
 public:
  using Lookup = std::function<void*(const char* name)>;

  /// Opens libnvidia-ml.so.1 and starts it, which can take seconds where no persistence daemon runs.
  [[nodiscard]] static Reading<std::shared_ptr<NvmlLibrary>> open();
  /// The same by the functions that `lookup` finds; a test hands in its own.
  [[nodiscard]] static Reading<std::shared_ptr<NvmlLibrary>> start(Lookup lookup);

  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;
  ~NvmlLibrary();

  /// The function of that name, or nullptr.
  template <class Function>
  [[nodiscard]] Function* find(const char* name) const {
    return reinterpret_cast<Function*>(lookup_(name));
  }

  /// Calls the function of that name; nothing if all went well, else "NAME: NVML's own words".
  template <class... Arguments>
  [[nodiscard]] std::optional<Unavailable> call(const char* name, Arguments... arguments) const {
    auto* const function = find<NvmlResult(Arguments...)>(name);
    if (function == nullptr) {
      return Unavailable{std::string{"libnvidia-ml.so.1 lacks "} + name};
    }
    const NvmlResult code = function(arguments...);
    return code == kNvmlSuccess ? std::nullopt : std::optional{Unavailable{std::string{name} + ": " + text_of(code)}};
  }

  [[nodiscard]] std::string text_of(NvmlResult code) const;

 private:
  explicit NvmlLibrary(Lookup lookup) : lookup_(std::move(lookup)) {}

  Lookup lookup_;
  bool started_ = false;
};

}  // namespace assay
