#include "harness/environment.hpp"

#include <cstdlib>

namespace assay {

std::string environment_value(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing changes it meanwhile
  return value == nullptr ? "" : value;
}

}  // namespace assay
