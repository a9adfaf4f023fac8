#include "tests/analysis/sample_selftests.hpp"

namespace assay {

SelftestRecord sample_selftest() {
  SelftestRecord record;
  record.id = "01JD0000000000000000007F3A";
  record.created = "2026-11-24T03:12:09Z";
  record.seed = 1;
  record.scheduling = "SCHED_FIFO 50";
  record.duration_s = 121.5;
  record.identity = {.label = "bench-1", .id = "m:0123456789abcdef", .machine_class = "c:0123456789abcdef"};
  record.tool.version = "0.1.0";
  record.tool.revision = "3f2a9c1";
  record.tool.compiler = "GNU 12.2.0";
  record.tool.build_type = "Release";
  record.foreign_cpu_share = 0.012;
  record.steal_share = 0.0;
  SelftestCheck passed{.id = "exponential.p90", .title = "exponential 400 us: P90", .unit = "s", .truth = 921e-6};
  passed.measured = {.point = 920e-6, .lower = 855e-6, .upper = 990e-6, .confidence = 0.95};
  passed.verdict = SelftestVerdict::pass;
  passed.evidence = "inside 20 of 20";
  passed.runs = {.judged = 20, .inside_strict = 20, .inside_published = 19, .disturbed = 2};
  SelftestCheck failed{.id = "dose.bursts", .title = "injected bursts", .unit = "1/s", .truth = 100.0};
  failed.measured = {.point = 50.0, .lower = 79.0, .upper = 121.0, .confidence = 0.997};
  failed.verdict = SelftestVerdict::fail;
  failed.evidence = "half of them";
  SelftestCheck absent{.id = "clock.counter", .title = "clock against the counter", .unit = "Hz"};
  absent.evidence = "no constant_tsc in /proc/cpuinfo";
  record.checks = {passed, failed, absent};
  return record;
}

}  // namespace assay
