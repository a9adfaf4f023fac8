/* Libraries that are no workload: of another version, without a function that each must have, or (STUB_SAYS) that says
 * of itself what the parameters say. */
#include "assay_workload.h"

#include <stdlib.h>
#include <string.h>

uint32_t assay_workload_version(void) { return STUB_VERSION; }
int assay_workload_describe(const assay_workload_parameter* parameters, size_t count, assay_workload_info* info) {
  info->sample_count = 1;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t value = strtoull(parameters[i].value, NULL, 10);
    if (strcmp(parameters[i].name, "samples") == 0) {
      info->sample_count = value;
    } else if (strcmp(parameters[i].name, "flops") == 0) {
      info->flops_per_sample = value;
    } else if (strcmp(parameters[i].name, "bytes") == 0) {
      info->bytes_per_sample = value;
    }
  }
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
#ifdef STUB_SAYS
int assay_workload_run(assay_workload* instance, const uint32_t* samples, size_t count, float* answers) {
  (void)instance;
  (void)samples;
  (void)count;
  (void)answers;
  return 1;
}
void assay_workload_destroy(assay_workload* instance) { (void)instance; }
#endif
