#pragma once

#include <filesystem>
#include <string>

namespace assay {

/// Where a lab lies, as typed.
struct LabPlace {
  std::string folder;  ///< --lab; empty: assay-lab/TRACK
  std::string track;   ///< --track; empty: the only lab that began here
};

/// Throws CommandError (usage) where no lab is named and none or several are there.
[[nodiscard]] std::filesystem::path lab_folder(const LabPlace& place);

}  // namespace assay
