#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/units.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// The parameters of one kernel as given, checked against its catalogue entry. Every bad value is noted and
/// throw_if_bad() throws them all at once: a person corrects one command line, not one value per attempt.
class KernelParameters {
 public:
  /// Notes each given key that the entry does not declare.
  KernelParameters(const KernelEntry& entry, const std::map<std::string, std::string>& given);

  struct IntegerRange {
    std::uint64_t lowest = 1;
    std::uint64_t highest = 1;
    std::uint64_t multiple_of = 1;
  };
  /// The given or the default value. After a bad value: range.lowest, for throw_if_bad() to catch.
  [[nodiscard]] std::uint64_t integer(const std::string& name, IntegerRange range);

  /// 0 for "auto".
  [[nodiscard]] std::uint64_t integer_or_auto(const std::string& name, IntegerRange range);

  /// The given or the default value, one of `accepted`. After a bad value: the first of them.
  [[nodiscard]] std::string choice(const std::string& name, std::initializer_list<std::string_view> accepted);
  [[nodiscard]] std::string choice(const std::string& name, std::span<const std::string> accepted);

  struct SizeRange {
    Bytes lowest;
    Bytes highest;
  };
  /// The given or the default size; `automatic` is called for "auto" and its result is taken as it is.
  [[nodiscard]] Bytes size(const std::string& name, SizeRange range, const std::function<Bytes()>& automatic);

  /// Throws std::invalid_argument with a line for each bad value: parameter, value, what is accepted.
  void throw_if_bad() const;

 private:
  [[nodiscard]] std::string value_of(const std::string& name) const;
  void note(const std::string& name, const std::string& value, const std::string& accepted);

  const KernelEntry& entry_;
  const std::map<std::string, std::string>& given_;
  std::vector<std::string> problems_;
};

}  // namespace assay
