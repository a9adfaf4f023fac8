#pragma once

#include <initializer_list>
#include <string>

#include "harness/unavailable.hpp"

namespace assay {

/// A library opened at run time: the program starts without it and says why it is not there. It stays loaded until the
/// process ends, since its threads and its exit handlers may run until then.
class SharedLibrary {
 public:
  /// The first of `names` that the loader finds, with its symbols kept to itself; else the loader's own words on each.
  [[nodiscard]] static Reading<SharedLibrary> open(std::initializer_list<const char*> names);

  /// The function of that name, or nullptr. Function is its pointer type, as the library declares it.
  template <class Function>
  [[nodiscard]] Function function(const char* name) const {
    return reinterpret_cast<Function>(symbol(name));
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  SharedLibrary(void* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  [[nodiscard]] void* symbol(const char* name) const;

  void* handle_;
  std::string name_;
};

}  // namespace assay
