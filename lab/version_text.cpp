#include <string>

#include "lab/version.hpp"

namespace assay {

std::string BuildInfo::revision_with_state() const { return dirty ? revision + "+dirty" : revision; }

std::string version_text(const BuildInfo& build) {
  std::string text = "assay " + build.version + " (" + build.revision_with_state() + ")\n";
  text += "  compiler    " + build.compiler + "\n";
  text += "  build type  " + build.build_type + "\n";
  text += "  flags       " + build.flags + "\n";
  for (const auto& [name, value] : build.options) {
    text += "  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + value + "\n";
  }
  return text;
}

}  // namespace assay
