#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/console.hpp"
#include "lab/events.hpp"
#include "lab/flow/lab_session.hpp"
#include "lab/measurement.hpp"

namespace assay {

/// As typed.
struct RunWish {
  std::size_t part = 0;
  std::string run;                              ///< empty: the only one of the part
  std::map<std::string, std::string> controls;  ///< by id
  std::string file;                             ///< of a run that takes a result made elsewhere
  std::vector<std::string> systems;             ///< of an audit: two of them, or none for those of the part
  MeasurementOptions measurement;               ///< its folder is the lab's
  std::function<void(const Event&)> on_event;   ///< may be empty
};

struct LabRunOutcome {
  std::optional<LedgerEntry> entry;  ///< the line of the run; absent: nothing was kept
  std::optional<RunDocument> run;    ///< of a measurement by `assay run`
  ExitCode code = ExitCode::ok;
};

/// Measures one run of a part and writes it into the ledger: before it what is about to be measured, after it what came
/// of it. Throws LabRefusal: locked before every prediction of the part is, busy while another run of the lab goes on,
/// used_up where no iteration is left, not_yet for an audit whose systems were not measured, bad_value for a control
/// outside its bounds; CommandError as Measurements does.
[[nodiscard]] LabRunOutcome run_in_lab(LabSession& session, const RunWish& wish, Console& console);

/// Throws LabRefusal where the run is not allowed now; an action that is allowed may still be refused when it is made.
/// `systems`: those that an audit names.
void require_allowed(const LabState& state, std::size_t part, const FlowRun& run,
                     const std::vector<std::string>& systems = {});

}  // namespace assay
