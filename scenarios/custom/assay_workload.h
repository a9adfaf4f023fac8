/* The interface of a workload of your own: a shared library that Assay opens with `assay run lib:./libmine.so`.
 * Plain C, nothing of Assay's is needed to build one. docs/custom-workloads.md tells the whole story.
 *
 * Assay makes one instance for each worker. Calls on one instance never overlap, but instances run on several threads
 * at once, each on its own CPU: what instances share must be safe for that. Functions that return int return 0 when
 * all went well; any other value ends the run as INVALID, with the words of assay_workload_error().
 */
#ifndef ASSAY_WORKLOAD_H
#define ASSAY_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a library built for an older version would no longer work. */
#define ASSAY_WORKLOAD_VERSION 1

/* The most numbers that an answer may have: a fingerprint of the output, not the output itself. */
#define ASSAY_WORKLOAD_ANSWER_MAX 8

/* NOLINTBEGIN(readability-identifier-naming): C has no namespace, its names begin with the library's. */

/* One `--param NAME=VALUE` of the command line. The strings live as long as the call. */
typedef struct assay_workload_parameter {
  const char* name;
  const char* value;
} assay_workload_parameter;

/* What the workload is. Everything is zero when assay_workload_describe() is called. */
typedef struct assay_workload_info {
  uint32_t struct_size;       /* set by Assay: later versions append members, write none beyond it */
  uint32_t workload_version;  /* raise it when the work of one sample changes; 0 counts as 1 */
  uint64_t sample_count;      /* number of distinct inputs, 1 to 4194304 */
  uint64_t max_batch;         /* samples that one call of run may take; 0 counts as 1, at most 1024 */
  uint64_t flops_per_sample;  /* an FMA is two; 0: not known; at most 2^53 */
  uint64_t bytes_per_sample;  /* each operand once; 0: not known; at most 2^53 */
  uint32_t answer_count;      /* numbers that run writes for each sample, 0 to ASSAY_WORKLOAD_ANSWER_MAX */
  double tolerance;           /* on |answer - reference| / max(|reference|, 1); 0 counts as 1e-3 */
} assay_workload_info;

/* Yours to define. */
typedef struct assay_workload assay_workload;

/* Required. Returns ASSAY_WORKLOAD_VERSION. */
uint32_t assay_workload_version(void);

/* Required. Says what the workload is under these parameters; not 0 for parameters that it does not take. Cheap: it is
 * called also where nothing is measured. */
int assay_workload_describe(const assay_workload_parameter* parameters, size_t count, assay_workload_info* info);

/* Required. A new instance, or NULL. */
assay_workload* assay_workload_create(const assay_workload_parameter* parameters, size_t count);

/* Required. Called once, on the worker's own thread and CPU, before anything is timed: load the model, allocate, fill
 * the inputs. Equal seeds must give equal inputs in every instance. */
int assay_workload_prepare(assay_workload* instance, uint64_t seed);

/* Required, and timed. Computes `count` samples, 1 to max_batch of them; `samples` are indices below sample_count.
 * Writes count * answer_count numbers to `answers`: those of the first sample, then those of the second. Should neither
 * allocate nor lock. */
int assay_workload_run(assay_workload* instance, const uint32_t* samples, size_t count, float* answers);

/* Required. */
void assay_workload_destroy(assay_workload* instance);

/* Optional. What run should have written for this sample, computed in another way; may be slow. With it Assay checks
 * answers of the measured run, and --mode accuracy checks each sample. */
int assay_workload_reference(assay_workload* instance, uint32_t sample, float* answer);

/* Optional. The workload's own check of its whole output, once before the run, after prepare. */
int assay_workload_verify(assay_workload* instance);

/* Optional. One line that says why the last call on this instance failed; with NULL, why describe or create failed.
 * Valid until the next call. */
const char* assay_workload_error(const assay_workload* instance);

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif

#endif /* ASSAY_WORKLOAD_H */
