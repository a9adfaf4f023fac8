#include "tools/gpu_check/datasheet_lines.hpp"

#include <cstdlib>
#include <fstream>

namespace assay::gpu_check {
namespace {

/// The figures of "{ f16 = 989.0, f8 = 1979.0 }".
void add_peaks(const std::string& text, std::map<std::string, double>& figures) {
  std::size_t at = text.find('{');
  while (at != std::string::npos) {
    const std::size_t name = text.find_first_not_of(" {,", at);
    const std::size_t equals = text.find('=', name);
    if (name == std::string::npos || equals == std::string::npos) {
      return;
    }
    const std::string dtype = text.substr(name, text.find_first_of(" =", name) - name);
    figures[dtype] = 1e12 * std::strtod(text.c_str() + equals + 1, nullptr);
    at = text.find(',', equals);
  }
}

}  // namespace

std::map<std::string, double> datasheet_figures(const std::string& file, const std::string& id) {
  std::map<std::string, double> figures;
  std::ifstream in(file);
  bool here = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("[[device]]")) {
      here = false;
    } else if (line.starts_with("id = ")) {
      here = line == "id = \"" + id + "\"";
    } else if (here && line.starts_with("peak_tera_per_s")) {
      add_peaks(line, figures);
    } else if (here && line.starts_with("bandwidth_gb_per_s")) {
      figures["bandwidth"] = 1e9 * std::strtod(line.c_str() + line.find('=') + 1, nullptr);
    }
  }
  return figures;
}

}  // namespace assay::gpu_check
