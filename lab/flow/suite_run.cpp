#include "lab/flow/suite_run.hpp"

#include "lab/bundle_writer.hpp"
#include "lab/suite_measuring.hpp"
#include "lab/suite_plan.hpp"

namespace assay {
namespace {

ExitCode code_of(const SuiteMeasuring& suite, bool interrupted) {
  if (interrupted) {
    return ExitCode::interrupted;
  }
  if (suite.cannot_write()) {
    return ExitCode::file;
  }
  return suite.record().complete && suite.all_valid() ? ExitCode::ok : ExitCode::run_invalid;
}

}  // namespace

LabSuiteOutcome measure_lab_suite(const LabSuiteRequest& request, Measurements& measurements, Console& console) {
  const SuitePlan plan = plan_suite(request.suite, request.envelope);
  SuiteMeasuring suite(request.suite, plan, request.envelope, console);
  BundleWriter writer(request.folder);
  measurements.write_into(writer.work_folder().string());
  suite.measure(writer, measurements);
  measurements.write_into(request.folder.string());
  LabSuiteOutcome outcome{.bundle = std::nullopt, .code = code_of(suite, measurements.interrupted())};
  if (!suite.record().entries.empty()) {
    outcome.bundle = writer.publish(suite.record(), request.name);
  }
  return outcome;
}

}  // namespace assay
