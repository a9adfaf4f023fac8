// Writes COUNT bundles of equal machines into FOLDER, one below the name of each machine:
// FOLDER/n01/bundle/bundle.json. Their list of contents only, without the result files. n17 has a slow memory, n05 is
// INVALID, n11 and n13 lack a part.
//   assay_lab_bundles FOLDER COUNT
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>

#include "analysis/bundle_file.hpp"
#include "tests/analysis/sample_fleet.hpp"

int main(int argc, char** argv) {
  const long count = argc == 3 ? std::strtol(argv[2], nullptr, 10) : 0;
  if (count < 1) {
    (void)std::fputs("usage: assay_lab_bundles FOLDER COUNT\n", stderr);
    return 2;
  }
  try {
    for (const assay::BundleRecord& record : assay::sample_fleet(static_cast<std::size_t>(count))) {
      const auto folder = std::filesystem::path(argv[1]) / record.identity.label / "bundle";
      std::filesystem::create_directories(folder);
      std::ofstream(folder / assay::kBundleFile, std::ios::binary) << assay::bundle_json(record);
    }
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "%s\n", error.what());
    return 5;
  }
  return 0;
}
