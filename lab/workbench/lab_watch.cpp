#include "lab/workbench/lab_watch.hpp"

#include <system_error>
#include <utility>

#include "lab/flow/run_turn.hpp"

namespace assay {

LabWatch::LabWatch(std::vector<std::filesystem::path> folders) {
  for (std::filesystem::path& folder : folders) {
    labs_.push_back({.folder = std::move(folder)});
  }
  (void)changed();
}

bool LabWatch::changed() {
  bool any = false;
  for (Lab& lab : labs_) {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(lab.folder / "ledger.ndjson", absent);
    const Lab now{.folder = lab.folder,
                  .ledger_bytes = absent ? 0 : size,
                  .is_measuring = !absent && RunTurn::is_taken(lab.folder)};
    any = any || now.ledger_bytes != lab.ledger_bytes || now.is_measuring != lab.is_measuring;
    lab = now;
  }
  return any;
}

}  // namespace assay
