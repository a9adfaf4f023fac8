#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/bundle_file.hpp"
#include "lab/bundle_writer.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/suite_plan.hpp"

namespace assay {

/// Measures the steps of a suite into a bundle that is being made: what `assay suite` and the lab share. A step that
/// gives no result ends nothing: it becomes a gap of the bundle with its reason. Only one that cannot be written ends
/// the suite: those after it could not be either. Of an interrupted suite what was measured is kept, and flagged.
class SuiteMeasuring {
 public:
  /// `envelope`: a name or a file; empty: none. All of them must outlive this. Throws CommandError as
  /// envelope_limits() does.
  SuiteMeasuring(const SuiteDefinition& suite, const SuitePlan& plan, const std::string& envelope, Console& console);

  /// Takes over the VALID results of a bundle that this one replaces.
  void go_on_with(LoadedBundle earlier);

  /// Every step that is left; `writer` then holds the files and the page, and the record says what they are.
  void measure(const BundleWriter& writer, Measurements& measurements);

  [[nodiscard]] const BundleRecord& record() const { return record_; }
  /// The bundle that this one goes on with.
  [[nodiscard]] const std::optional<LoadedBundle>& earlier() const { return earlier_; }
  [[nodiscard]] std::size_t taken_over() const { return taken_over_; }
  [[nodiscard]] bool all_valid() const { return all_valid_; }
  /// A result could not be written: the rest was not measured.
  [[nodiscard]] bool cannot_write() const { return cannot_write_; }

 private:
  class Steps;

  void describe(const std::string& envelope);
  void take_calibration(const BundleWriter& writer);
  bool take_over(const SuiteStep& step, const BundleWriter& writer);
  void keep(BundleEntry entry, const BundleWriter& writer);
  void note_what_is_left(const std::string& why);
  [[nodiscard]] bool has_entry(const SuiteStep& step) const;
  void write_page(const BundleWriter& writer) const;

  const SuiteDefinition& suite_;
  const SuitePlan& plan_;
  Console& console_;
  BundleRecord record_;
  std::optional<LoadedBundle> earlier_;
  std::size_t taken_over_ = 0;
  bool all_valid_ = true;
  bool cannot_write_ = false;
};

}  // namespace assay
