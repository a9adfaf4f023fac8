#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernel.hpp"

namespace assay {

/// A workload that a person brings: "lib:./libmine.so", a shared library behind assay_workload.h, or
/// "cmd:./my-server --model m", a process that speaks lines (line_protocol.hpp).
struct CustomWorkload {
  enum class Kind { library, command };
  Kind kind = Kind::library;
  std::vector<std::string> words;  ///< the library's file, or the program and its arguments as typed
  std::map<std::string, std::string> parameters;

  /// "lib:libmine.so", "cmd:my-server --model m": without folders, as results show it.
  [[nodiscard]] std::string shown() const;
};

/// Nothing for a name that begins with neither "lib:" nor "cmd:".
[[nodiscard]] std::optional<CustomWorkload> custom_workload_from(std::string_view name,
                                                                 const std::map<std::string, std::string>& parameters);

/// "lib:libmine.so" of "lib:/somewhere/libmine.so"; any other name as it is. What results show of a workload.
[[nodiscard]] std::string shown_workload(std::string_view name);

/// A word of a command line, or a value, without the folders of the files in it: "--model=m.onnx".
[[nodiscard]] std::string without_folders(std::string_view word);

/// What makes no sense in it, one line each. Throws std::runtime_error with one line that names the remedy if its file
/// is missing or is no workload. Starts no process; a library is opened.
[[nodiscard]] std::vector<std::string> problems_of(const CustomWorkload& workload);

/// The parameters, and the SHA-256 of each file that the name or a parameter names, or why there is none.
[[nodiscard]] std::map<std::string, std::string> identity_parameters(const CustomWorkload& workload);

/// One more instance, for the worker of that number on those CPUs. The first call opens the library or starts the
/// process; each further call may throw too: std::invalid_argument for parameters that it does not take,
/// std::runtime_error else.
using KernelMaker = std::function<std::unique_ptr<Kernel>(std::size_t worker)>;
[[nodiscard]] KernelMaker maker_of(const CustomWorkload& workload, const std::vector<std::vector<int>>& worker_cpus);

}  // namespace assay
