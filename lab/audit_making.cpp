#include "lab/audit_making.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <exception>

#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "lab/command_error.hpp"
#include "lab/version.hpp"
#include "scenarios/datasheets.hpp"

namespace assay {

AuditInput read_audit_system(const std::string& text, Console& console) {
  AuditInput input;
  if (text.starts_with(kDatasheetPrefix)) {
    input.datasheet = find_datasheet(text.substr(kDatasheetPrefix.size()));
    return input;
  }
  try {
    input.bundle = load_bundle(text);
  } catch (const std::exception& error) {
    throw CommandError(ExitCode::file, fmt::format("{}; a system is a bundle of assay suite, or datasheet:NAME "
                                                   "(assay list datasheets)",
                                                   printable(error.what(), 300)));
  }
  constexpr std::size_t kMostShown = 5;
  const std::vector<std::string>& problems = input.bundle->problems;
  for (std::size_t i = 0; i < std::min(problems.size(), kMostShown); ++i) {
    console.warning(printable(problems[i], 300));
  }
  if (problems.size() > kMostShown) {
    console.warning(fmt::format("and {} more files of {}", problems.size() - kMostShown, printable(text, 150)));
  }
  return input;
}

AuditRecord make_audit(const std::vector<AuditInput>& systems, AuditOptions options) {
  options.created = utc_timestamp(std::time(nullptr));
  options.tool = fmt::format("assay {}", build_info().version);
  return audit(systems, options);
}

}  // namespace assay
