// Writes the sample run files and their report into the folder that is its argument, for the page tests
// (tools/web) and for looking at. golden.run.json and golden.bundle.json there are candidates for tests/analysis/data/.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analysis/bundle_file.hpp"
#include "analysis/gallery_html.hpp"
#include "analysis/report_html.hpp"
#include "analysis/report_text.hpp"
#include "analysis/roofline_csv.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_svg.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/run_file.hpp"
#include "tests/analysis/sample_bundles.hpp"
#include "tests/analysis/sample_fleet.hpp"
#include "tests/analysis/sample_rooflines.hpp"
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
  write_text(folder / "dose.html", assay::report_html(assay::dose_runs(), sample_options()));
  const std::vector<assay::RunDocument> soaks = assay::soak_runs();
  write_text(folder / "soak.html", assay::report_html(soaks, sample_options()));
  for (const assay::RunDocument& run : soaks) {
    write_text(folder / ("soak-" + run.machine_identity.label + ".txt"), assay::run_summary_text(run, {}));
  }
  assay::RunDocument hostile = assay::golden_run();
  hostile.machine_identity.label = hostile.workload = hostile.warnings[0] = assay::kHostileLabel;
  hostile.emulated->name = hostile.emulated->source = assay::kHostileLabel;
  hostile.interference[0].knob = hostile.math_peek->finding = hostile.attribution->causes[0].name =
      assay::kHostileLabel;
  hostile.frames->phase = assay::kHostileLabel;
  hostile.serving->model = hostile.serving->settings["max_slots"] = assay::kHostileLabel;
  hostile.soak->sensors[0].name = hostile.soak->absences[0].reason = hostile.soak->verdict.evidence[0] =
      hostile.soak->watch.temperature_of = assay::kHostileLabel;
  write_text(folder / "hostile.html", assay::report_html({&hostile, 1}, {.title = assay::kHostileLabel}));
}

void write_rooflines(const std::filesystem::path& folder) {
  const assay::RooflineMeasurement measurement = assay::sample_roofline();
  const assay::Roofline roofline = assay::fit_roofline(measurement);
  const std::vector<assay::PlacedDot> dots = assay::place_dots(roofline, measurement);
  write_text(folder / "roofline-2t-f64.svg", assay::roofline_svg(measurement, roofline, dots));
  write_text(folder / "roofline-1t-f64.svg",
             assay::roofline_svg(measurement, roofline, dots, {.threads = 1, .dtype = "f64"}));
  write_text(folder / "roofline-narrow.svg",
             assay::roofline_svg(measurement, roofline, dots, {.threads = 1, .dtype = "f64", .width = 560}));
  write_text(folder / "roofline-i8.svg",
             assay::roofline_svg(measurement, roofline, dots, {.threads = 1, .dtype = "i8", .work_unit = "op"}));
  write_text(folder / "roofline.csv", assay::roofline_csv(measurement, roofline, dots));
  write_text(folder / "roofline.txt", assay::roofline_text(measurement, roofline, dots, {}));
  write_text(folder / "roofline-ascii.txt",
             assay::roofline_text(measurement, roofline, dots, {.charset = assay::Charset::ascii}));
  write_text(folder / assay::roofline_file_name(measurement), assay::roofline_json(measurement, roofline, dots));
  const assay::RooflineMeasurement small = assay::small_roofline();
  const assay::Roofline small_fit = assay::fit_roofline(small);
  write_text(folder / "golden.roofline.json",
             assay::roofline_json(small, small_fit, assay::place_dots(small_fit, small)));
}

void write_galleries(const std::filesystem::path& folder) {
  const assay::Gallery gallery = assay::make_gallery(assay::found(assay::sample_fleet(40)), {});
  write_text(folder / "gallery.html", assay::gallery_html(gallery, "Forty machines"));
  std::vector<assay::BundleRecord> hostile = assay::sample_fleet(6);
  for (assay::BundleRecord& record : hostile) {
    record.identity.label += assay::kHostileLabel;
    record.suite = record.machine.cpu_model = record.tool.version = assay::kHostileLabel;
    record.gaps.push_back({.step = assay::kHostileLabel, .reason = assay::kHostileLabel});
    record.entries[0].figures[0].name = record.entries[0].figures[0].unit = assay::kHostileLabel;
  }
  const assay::RefusedBundle refused{.place = assay::kHostileLabel, .reason = assay::kHostileLabel};
  write_text(folder / "gallery-hostile.html",
             assay::gallery_html(assay::make_gallery(assay::found(hostile), {refused}), assay::kHostileLabel));
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
    write_text(folder / "golden.bundle.json", assay::bundle_json(assay::golden_bundle()));
    for (const assay::RunDocument& run : assay::sample_runs()) {
      assay::write_run_file(folder / assay::run_file_name(run), run);
    }
    write_reports(folder);
    write_rooflines(folder);
    write_galleries(folder);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "%s\n", error.what());
    return 5;
  }
  return 0;
}
