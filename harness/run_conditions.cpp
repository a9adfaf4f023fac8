#include "harness/run_conditions.hpp"

namespace assay {

const char* name_of(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return "ok";
    case CheckState::note:
      return "note";
    case CheckState::warn:
      return "warn";
    case CheckState::stop:
      return "stop";
    case CheckState::not_applicable:
      return "not_applicable";
    case CheckState::not_visible:
      return "not_visible";
  }
  return "unknown";
}

}  // namespace assay
