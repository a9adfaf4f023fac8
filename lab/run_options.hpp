#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One option of `assay run` that says what is measured. The table drives the command line, its help, and the arguments
/// that the measuring process gets.
struct RunFlag {
  std::string_view name;     ///< without the dashes
  std::string_view metavar;  ///< empty: a switch without a value
  std::string_view help;
  std::string_view group;  ///< heading in --help
};
[[nodiscard]] std::span<const RunFlag> run_flags();

/// The flag that names a server, and the workload that it stands for where none is named.
inline constexpr std::string_view kServerFlag = "sut";
inline constexpr std::string_view kServerWorkload = "openai";

/// What a person typed, as text: nothing is interpreted yet.
struct RunOptions {
  std::string workload;
  std::map<std::string, std::string, std::less<>> values;  ///< by flag name; a switch that is on has "true"
  std::vector<std::string> parameters;                     ///< "n=512", from --param

  [[nodiscard]] std::optional<std::string> value(std::string_view flag) const;
  [[nodiscard]] bool is_on(std::string_view flag) const { return value(flag) == "true"; }
  void set(std::string_view flag, std::string value) { values.insert_or_assign(std::string(flag), std::move(value)); }
};

/// The arguments that say the same again, workload first.
[[nodiscard]] std::vector<std::string> arguments_of(const RunOptions& options);

/// "assay run gemm --scenario server --rate 200": what a person can paste.
[[nodiscard]] std::string command_text(std::string_view command, const RunOptions& options);

}  // namespace assay
