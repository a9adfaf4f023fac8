#pragma once

#include <string>
#include <utility>
#include <variant>

namespace assay {

/// Why this host cannot give a reading. It takes the place of the reading in every table and file:
/// never 0, never NaN, never a silent gap.
struct Unavailable {
  std::string reason;
  friend bool operator==(const Unavailable&, const Unavailable&) = default;
};

/// A reading, or the reason why there is none.
template <class T>
class Reading {
 public:
  Reading(T value) : state_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Reading(Unavailable absence) : state_(std::move(absence)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool available() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return available(); }

  /// Throws std::bad_variant_access if the reading is not available.
  [[nodiscard]] const T& value() const { return std::get<T>(state_); }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  /// Empty when the reading is available.
  [[nodiscard]] std::string reason() const {
    return available() ? std::string{} : std::get<Unavailable>(state_).reason;
  }

 private:
  std::variant<T, Unavailable> state_;
};

}  // namespace assay
