#include "lab/fresh_id.hpp"

#include <chrono>
#include <cstdint>
#include <random>

#include "analysis/run_file.hpp"

namespace assay {

std::string fresh_id() {
  std::random_device random;
  const auto word = [&random] { return (std::uint64_t{random()} << 32U) | random(); };
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return new_run_id(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
                    {.high = static_cast<std::uint16_t>(random()), .low = word()});
}

}  // namespace assay
