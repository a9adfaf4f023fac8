#include "lab/kept_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "analysis/run_file.hpp"
#include "lab/json_output.hpp"

namespace assay {

std::string kept_file_name(const KeptResult& result, const std::string& created) {
  std::string time = created;
  std::erase(time, ':');  // not allowed on some file systems
  std::string marks = result.mark.emulated.empty() ? "" : "_" + for_file_name("emulated-" + result.mark.emulated);
  marks += result.mark.limits.empty() ? "" : "_" + for_file_name("envelope-" + result.mark.limits);
  return fmt::format("{}_{}{}.{}.json", time, for_file_name(result.workload), marks, result.kind);
}

void keep_and_show(const KeptResult& result, const std::string& folder, const std::optional<std::string>& json_target,
                   Console& console) {
  const auto kept = std::filesystem::path(folder) / kept_file_name(result, utc_timestamp(std::time(nullptr)));
  write_text(kept.string(), result.json);
  if (json_target != "-") {
    console.result(result.text);
    console.result(fmt::format("result file: {}\n", kept.string()));
  }
  write_json(json_target, result.json, console);
}

}  // namespace assay
