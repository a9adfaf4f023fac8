// Writes the sample run files and their report into the folder that is its argument, for the page tests
// (tools/web) and for looking at. golden.run.json there is a candidate for tests/analysis/data/.
#include <cstdio>
#include <exception>
#include <filesystem>

#include <fstream>
#include <string>
#include <vector>

#include "analysis/report_html.hpp"
#include "analysis/run_file.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace {

assay::ReportOptions sample_options() {
  return {.title = "",
          .machine_verdict =
              "fine for throughput; P99 below about 2 ms is dominated by the scheduler of this virtual machine.",
          .notes = {"No power was read: this host shows no energy counter."},
          .glossary = {
              {.term = "P99", .definition = "the latency that 99 of 100 queries do not exceed"},
              {.term = "interval",
               .definition = "where the true value lies with the confidence stated, 95 % unless it says otherwise"},
              {.term = "lateness", .definition = "how much later than scheduled the generator itself issued a query"},
              {.term = "early stopping", .definition = "MLPerf's bound on a percentile that a finite run can carry"}}};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
}

void write_reports(const std::filesystem::path& folder) {
  const std::vector<assay::RunDocument> runs = assay::sample_runs();
  write_text(folder / "report.html", assay::report_html(runs, sample_options()));
  assay::RunDocument hostile = assay::golden_run();
  hostile.machine_identity.label = hostile.workload = hostile.warnings[0] = assay::kHostileLabel;
  write_text(folder / "hostile.html", assay::report_html({&hostile, 1}, {.title = assay::kHostileLabel}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    (void)std::fputs("usage: assay_analysis_samples FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    assay::write_run_file(folder / "golden.run.json", assay::golden_run());
    for (const assay::RunDocument& run : assay::sample_runs()) {
      assay::write_run_file(folder / assay::run_file_name(run), run);
    }
    write_reports(folder);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "%s\n", error.what());
    return 5;
  }
  return 0;
}
