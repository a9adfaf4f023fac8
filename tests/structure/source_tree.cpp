#include "tests/structure/source_tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFolders{"harness", "kernels", "loadgen", "analysis", "scenarios", "lab", "tests",
                              "cmake",   "scripts", "tools",   "docs",     "schema",    ".ci", "examples"};
constexpr std::array kRootFiles{"CMakeLists.txt", "CMakePresets.json", "README.md"};
constexpr std::array<std::string_view, 14> kTextExtensions{".hpp", ".cpp", ".cu",  ".cuh", ".in",   ".txt", ".cmake",
                                                           ".sh",  ".js",  ".mjs", ".css", ".html", ".md",  ".toml"};

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::runtime_error("cannot open " + path.string());
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_script(const fs::path& path) { return path.extension().empty(); }

bool is_text(const fs::path& path) {
  const std::string extension = path.extension().string();
  return is_script(path) ||
         std::find(kTextExtensions.begin(), kTextExtensions.end(), extension) != kTextExtensions.end();
}

}  // namespace

std::string_view SourceFile::folder() const {
  const std::string_view all = path;
  const std::size_t slash = all.find('/');
  return slash == std::string_view::npos ? std::string_view{} : all.substr(0, slash);
}

std::string_view SourceFile::extension() const {
  const std::string_view all = path;
  const std::size_t dot = all.rfind('.');
  const std::size_t slash = all.rfind('/');
  const bool in_name = dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash);
  return in_name ? all.substr(dot) : std::string_view{};
}

std::vector<std::string_view> SourceFile::lines() const {
  std::vector<std::string_view> result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t newline = rest.find('\n');
    result.push_back(rest.substr(0, newline));
    rest = newline == std::string_view::npos ? std::string_view{} : rest.substr(newline + 1);
  }
  return result;
}

std::vector<SourceFile> read_source_tree(const fs::path& root) {
  if (!fs::exists(root / "harness") || !fs::exists(root / "CMakePresets.json")) {
    throw std::runtime_error(root.string() + " is not the root of this project");
  }
  std::vector<SourceFile> files;
  for (const char* name : kRootFiles) {
    if (fs::exists(root / name)) {
      files.push_back({name, read_text(root / name)});
    }
  }
  for (const char* folder : kFolders) {
    if (!fs::exists(root / folder)) {
      continue;
    }
    for (auto entry = fs::recursive_directory_iterator(root / folder); entry != fs::recursive_directory_iterator();
         ++entry) {
      if (entry->path().filename() == "node_modules" || entry->path().filename() == "corpus") {
        entry.disable_recursion_pending();
      } else if (entry->is_regular_file() && is_text(entry->path())) {
        files.push_back({fs::relative(entry->path(), root).generic_string(), read_text(entry->path())});
      }
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::set<std::string> test_names(const std::vector<SourceFile>& tree) {
  static const std::regex kTest(R"(TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
  std::set<std::string> names;
  for (const SourceFile& file : tree) {
    if (!file.path.starts_with("tests/") || file.extension() != ".cpp") {
      continue;
    }
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), kTest), end; match != end; ++match) {
      names.insert((*match)[1].str() + "." + (*match)[2].str());
    }
  }
  return names;
}

}  // namespace assay
