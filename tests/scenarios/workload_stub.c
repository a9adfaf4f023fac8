/* Libraries that are no workload: of another version, or without a function that each must have. */
#include "assay_workload.h"

uint32_t assay_workload_version(void) { return STUB_VERSION; }
int assay_workload_describe(const assay_workload_parameter* parameters, size_t count, assay_workload_info* info) {
  (void)parameters;
  (void)count;
  info->sample_count = 1;
  return 0;
}
assay_workload* assay_workload_create(const assay_workload_parameter* parameters, size_t count) {
  (void)parameters;
  (void)count;
  return NULL;
}
int assay_workload_prepare(assay_workload* instance, uint64_t seed) {
  (void)instance;
  return seed == 0;
}
