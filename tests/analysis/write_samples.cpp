// Writes the sample run files and their report into the folder that is its argument, for the page tests
// (tools/web) and for looking at. golden.run.json there is a candidate for tests/analysis/data/.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "analysis/run_file.hpp"
#include "tests/analysis/sample_runs.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: assay_analysis_samples FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    assay::write_run_file(folder / "golden.run.json", assay::golden_run());
    for (const assay::RunDocument& run : assay::sample_runs()) {
      assay::write_run_file(folder / assay::run_file_name(run), run);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 5;
  }
  return 0;
}
