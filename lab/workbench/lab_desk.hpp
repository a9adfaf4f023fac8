#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace assay {

/// Why something that the page asked for is not done: a sentence for the student and the status of the answer.
class DeskRefusal : public std::runtime_error {
 public:
  DeskRefusal(unsigned status, const std::string& sentence) : std::runtime_error(sentence), status_(status) {}
  [[nodiscard]] unsigned status() const { return status_; }

 private:
  unsigned status_;
};
inline constexpr unsigned kBadRequest = 400;
inline constexpr unsigned kNotFound = 404;
inline constexpr unsigned kConflict = 409;
inline constexpr unsigned kLocked = 423;  ///< a prediction has to be locked first
inline constexpr unsigned kServerFault = 500;

struct AskedLock {
  std::string track;
  std::size_t part = 0;  ///< from 1
  std::string question;
  std::string choice;            ///< empty: a number is given
  std::optional<double> number;  ///< in the question's unit
  std::string because;
  std::optional<bool> sure;
};

struct AskedRun {
  std::string track;
  std::size_t part = 0;
  std::string run;
  std::map<std::string, double> controls;  ///< those that were moved
  std::string file;                        ///< of a run that was made elsewhere
  std::vector<std::string> systems;        ///< of an audit: ids that the state offers; empty: those of the part
};

/// Texts by the id of their field.
struct AskedTexts {
  std::string track;
  std::size_t part = 0;  ///< of reflections
  std::map<std::string, std::string> texts;
};

/// A measurement as it is started: `arguments` make this program do it and write it into the ledger.
struct PlannedRun {
  std::vector<std::string> arguments;
  std::string title;
  double seconds = 0.0;  ///< that it will take; 0: not known
};

/// The lab as the workbench needs it. Nothing is held back between two calls but what lies on the disk, so that the
/// terminal and any number of pages may go through the same lab. Each throws DeskRefusal for what may not be.
class LabDesk {
 public:
  LabDesk() = default;
  LabDesk(const LabDesk&) = delete;
  LabDesk& operator=(const LabDesk&) = delete;
  virtual ~LabDesk() = default;

  [[nodiscard]] virtual std::string tracks() = 0;   ///< a JSON array: what can be chosen, and what was begun
  [[nodiscard]] virtual std::string machine() = 0;  ///< a JSON object
  /// A JSON object; "null" where the lab of that track was not begun.
  [[nodiscard]] virtual std::string state(const std::string& track) = 0;
  virtual void begin(const std::string& track, const std::string& nonce) = 0;
  virtual void lock(const AskedLock& wish) = 0;
  [[nodiscard]] virtual PlannedRun plan(const AskedRun& wish) = 0;
  /// The result file of the ledger's line with the hash `id`, 64 hex digits; as JSON.
  [[nodiscard]] virtual std::string evidence(const std::string& track, const std::string& id) = 0;
  /// The chart of that name, SVG, of the same line; kConflict where it is not what was recorded.
  [[nodiscard]] virtual std::string chart(const std::string& track, const std::string& id, const std::string& name) = 0;
  /// Predictions of numbers over what was measured, as SVG; kNotFound while none is revealed.
  [[nodiscard]] virtual std::string calibration(const std::string& track) = 0;
  virtual void reflect(const AskedTexts& wish) = 0;
  virtual void decide(const AskedTexts& wish) = 0;
  /// Writes the lab to hand in; kConflict with what is missing while it is not complete.
  virtual void write_export(const std::string& track) = 0;
  /// The file of the newest export, "json", "md" or "html"; kConflict where there is none.
  [[nodiscard]] virtual std::string report(const std::string& track, const std::string& format) = 0;
};

}  // namespace assay
