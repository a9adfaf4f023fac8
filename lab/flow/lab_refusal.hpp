#pragma once

#include <string>

#include "lab/command_error.hpp"

namespace assay {

/// Why the lab does not do what was asked; the numbers are those of HTTP, for a server that passes them on.
enum class RefusalReason : int {
  unknown = 404,    ///< no such part, question, run or control
  busy = 409,       ///< a run goes on
  bad_value = 422,  ///< outside its bounds, or of the wrong kind
  locked = 423,     ///< a prediction has to be locked first
  not_yet = 424,    ///< another run has to be made first
  used_up = 429,    ///< no iteration is left
};

/// One line for a person that names the remedy.
class LabRefusal : public CommandError {
 public:
  LabRefusal(RefusalReason reason, const std::string& line)
      : CommandError(reason == RefusalReason::unknown || reason == RefusalReason::bad_value
                         ? ExitCode::usage
                         : ExitCode::environment_refused,
                     line),
        reason_(reason) {}
  [[nodiscard]] RefusalReason reason() const { return reason_; }

 private:
  RefusalReason reason_;
};

}  // namespace assay
