#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// Reads the settings of one work. Every function throws GpuError(ASSAY_GPU_BAD_ARGUMENT) with one line that names the
/// work, the setting, the value and what is accepted.
class SettingReader {
 public:
  /// `known` are all names that the work takes; any other is refused here.
  SettingReader(std::string work, const Settings& settings, std::initializer_list<const char*> known);

  [[nodiscard]] std::string choice(const char* name, std::initializer_list<const char*> accepted) const;
  [[nodiscard]] std::uint64_t count(const char* name, std::uint64_t default_value, std::uint64_t least,
                                    std::uint64_t most) const;
  /// Bytes, as digits with KiB, MiB, GiB or nothing behind; 0 for "auto", which is the default.
  [[nodiscard]] std::uint64_t size(const char* name) const;

  [[noreturn]] void refuse(const std::string& name, const std::string& value, const std::string& expected) const;

 private:
  [[nodiscard]] const std::string* find(const char* name) const;

  std::string work_;
  const Settings& settings_;
};

}  // namespace assay::cuda
