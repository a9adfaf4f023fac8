#include "tests/analysis/sample_bundles.hpp"

#include <fstream>

#include "analysis/bundle_file.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {

BundleRecord golden_bundle() {
  const RunDocument run = golden_run();
  BundleRecord record{
      .id = "01JD0000000000000000007F3A",
      .created = "2026-11-24T03:12:09Z",
      .supersedes = "01JC00000000000000000012AB",
      .suite = "edge",
      .suite_sha256 = sha256_hex("suite"),
      .title = "what a camera needs",
      .track = "edge",
      .lighthouse_step = "offline",
      .metric = "throughput",
      .system = SystemKind::envelope,
      .limits = {.name = "starved",
                 .cpus = "1",
                 .simd = "avx2",
                 .stream_bytes_per_s = SystemLimits::kAllItGets,
                 .thermal = "phone",
                 .pages = "small"},
      .machine = run.machine,
      .identity = run.machine_identity,
      .tool = {.version = "0.1.0", .revision = "3f2a9c1", .compiler = "GNU 12.2.0", .build_type = "Release"},
      .duration_s = 212.5,
      .complete = false,
      .interrupted = true,
      .entries = {},
      .gaps = {{.step = "soak", .reason = "the suite was interrupted before it"}},
      .notes = {"Slurm job 123, 1 node, partition lab"}};
  record.entries.push_back(
      {.step = "offline",
       .title = "all at once",
       .kind = "run",
       .repeat = 1,
       .file = "runs/offline-1.run.json",
       .sha256 = sha256_hex("run"),
       .comparability_key = "sha256:" + sha256_hex("key"),
       .scenario = "offline",
       .command = "assay run gemv --scenario offline",
       .valid = false,
       .interrupted = true,
       .invalid_codes = {"min_duration", "interrupted"},
       .figures = {{.name = "samples per second",
                    .unit = "samples/s",
                    .estimate = {.point = 163.5, .reason = "one run has no interval; repeat it"}}}});
  record.entries.push_back({.step = "roofline",
                            .title = "ceilings",
                            .kind = "roofline",
                            .repeat = 1,
                            .file = "runs/roofline-1.roofline.json",
                            .sha256 = sha256_hex("roofline"),
                            .comparability_key = {},
                            .scenario = {},
                            .command = "assay roofline",
                            .valid = true,
                            .interrupted = false,
                            .invalid_codes = {},
                            .figures = {}});
  return record;
}

BundleRecord write_sample_bundle(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "runs");
  const RooflineMeasurement roofline = small_roofline();
  const Roofline fitted = fit_roofline(roofline, {.bootstrap = {.draws = 20}});
  BundleRecord record = golden_bundle();
  const std::vector<std::string> texts{to_json(golden_run()),
                                       roofline_json(roofline, fitted, place_dots(fitted, roofline))};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::ofstream(folder / record.entries[i].file, std::ios::binary) << texts[i];
    record.entries[i].sha256 = sha256_hex(texts[i]);
  }
  std::ofstream(folder / kBundleFile, std::ios::binary) << bundle_json(record);
  return record;
}

}  // namespace assay
