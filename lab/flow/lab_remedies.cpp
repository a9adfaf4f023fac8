#include "lab/flow/lab_remedies.hpp"

#include "lab/tour_plan.hpp"

namespace assay {

RunDocument with_lab_remedies(RunDocument run) {
  const bool counts = is_honest(run) && !run.interrupted;
  for (InvalidReason& reason : run.invalid_reasons) {
    if (reason.remedy.find("--") == std::string::npos) {
      continue;
    }
    reason.remedy = counts ? "nothing: the lab sets a run's length and flags, and this one counts as evidence, with "
                             "the interval that it has"
                           : "make the run again; it answers nothing as it is";
  }
  return run;
}

}  // namespace assay
