#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace assay {

/// One run at a time in a lab: a lock on "run.lock" in its folder, held while a run goes on. It goes with the process,
/// however that ends; the file stays. Looking takes nothing away from whoever wants it.
class RunTurn {
 public:
  /// Nothing if a run goes on. Throws CommandError (file) where the folder cannot be written.
  [[nodiscard]] static std::optional<RunTurn> try_take(const std::filesystem::path& folder);
  [[nodiscard]] static bool is_taken(const std::filesystem::path& folder);

  RunTurn(RunTurn&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  RunTurn& operator=(RunTurn&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  RunTurn(const RunTurn&) = delete;
  RunTurn& operator=(const RunTurn&) = delete;
  ~RunTurn();

 private:
  explicit RunTurn(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace assay
