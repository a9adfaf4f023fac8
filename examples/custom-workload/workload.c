/* A workload of one's own as a shared library: a filter of `taps` coefficients over a window of samples. Build it and
 * measure it:
 *
 *   cc -O2 -shared -fPIC -I <prefix>/include/assay workload.c -o libmine.so
 *   assay run lib:./libmine.so --scenario server --rate 500 --param taps=256
 */
#include "assay_workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kInputs = 16, kLength = 1024, kMostTaps = 512, kMostBatch = 8 };

struct assay_workload {
  size_t taps;
  float coefficients[kMostTaps];
  float inputs[kInputs][kLength + kMostTaps];
  float output[kLength];
  char error[100];
};

static char problem[100]; /* of describe and create, which have no instance */

static int taps_of(const assay_workload_parameter* parameters, size_t count, size_t* taps) {
  *taps = 64;
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(parameters[i].name, "taps") != 0) {
      snprintf(problem, sizeof problem, "it knows no parameter %.40s, only taps", parameters[i].name);
      return 1;
    }
    char* end = NULL;
    const long value = strtol(parameters[i].value, &end, 10);
    if (*end != '\0' || value < 1 || value > kMostTaps) {
      snprintf(problem, sizeof problem, "taps=%.20s: must be 1 to %d", parameters[i].value, kMostTaps);
      return 1;
    }
    *taps = (size_t)value;
  }
  return 0;
}

uint32_t assay_workload_version(void) { return ASSAY_WORKLOAD_VERSION; }

int assay_workload_describe(const assay_workload_parameter* parameters, size_t count, assay_workload_info* info) {
  size_t taps = 0;
  if (taps_of(parameters, count, &taps) != 0) {
    return 1;
  }
  info->workload_version = 1;
  info->sample_count = kInputs;
  info->max_batch = kMostBatch;
  info->flops_per_sample = 2 * (uint64_t)kLength * taps;
  info->bytes_per_sample = sizeof(float) * (2 * (uint64_t)kLength + 2 * taps);
  info->answer_count = 2;
  info->tolerance = 1e-4; /* a sum of 512 products in float: 512 * 2^-24, rounded up */
  return 0;
}

assay_workload* assay_workload_create(const assay_workload_parameter* parameters, size_t count) {
  size_t taps = 0;
  if (taps_of(parameters, count, &taps) != 0) {
    return NULL;
  }
  assay_workload* instance = calloc(1, sizeof *instance);
  if (instance == NULL) {
    snprintf(problem, sizeof problem, "out of memory");
    return NULL;
  }
  instance->taps = taps;
  return instance;
}

/* xorshift64*: equal seeds give equal inputs in every instance. */
static float next_value(uint64_t* state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (float)((*state * 2685821657736338717ULL) >> 40) / 16777216.0F - 0.5F;
}

int assay_workload_prepare(assay_workload* instance, uint64_t seed) {
  uint64_t state = seed * 2 + 1;
  for (size_t i = 0; i < instance->taps; ++i) {
    instance->coefficients[i] = next_value(&state);
  }
  for (size_t input = 0; input < kInputs; ++input) {
    for (size_t i = 0; i < kLength + kMostTaps; ++i) {
      instance->inputs[input][i] = next_value(&state);
    }
  }
  return 0;
}

int assay_workload_run(assay_workload* instance, const uint32_t* samples, size_t count, float* answers) {
  for (size_t s = 0; s < count; ++s) {
    const float* input = instance->inputs[samples[s]];
    for (size_t i = 0; i < kLength; ++i) {
      instance->output[i] = 0.0F;
    }
    for (size_t tap = 0; tap < instance->taps; ++tap) {
      const float coefficient = instance->coefficients[tap];
      for (size_t i = 0; i < kLength; ++i) {
        instance->output[i] += coefficient * input[i + tap];
      }
    }
    answers[2 * s] = instance->output[0];
    answers[2 * s + 1] = instance->output[kLength - 1];
  }
  return 0;
}

static double filtered(const assay_workload* instance, uint32_t sample, size_t at) {
  double sum = 0.0;
  for (size_t tap = 0; tap < instance->taps; ++tap) {
    sum += (double)instance->coefficients[tap] * (double)instance->inputs[sample][at + tap];
  }
  return sum;
}

int assay_workload_reference(assay_workload* instance, uint32_t sample, float* answer) {
  answer[0] = (float)filtered(instance, sample, 0);
  answer[1] = (float)filtered(instance, sample, kLength - 1);
  return 0;
}

int assay_workload_verify(assay_workload* instance) {
  float answers[2];
  const uint32_t sample = 3;
  assay_workload_run(instance, &sample, 1, answers);
  for (size_t i = 0; i < kLength; ++i) {
    const double expected = filtered(instance, sample, i);
    if (!(fabs((double)instance->output[i] - expected) <= 1e-4)) {
      snprintf(instance->error, sizeof instance->error, "output %zu is %g, expected %g", i,
               (double)instance->output[i], expected);
      return 1;
    }
  }
  return 0;
}

void assay_workload_destroy(assay_workload* instance) { free(instance); }

const char* assay_workload_error(const assay_workload* instance) {
  return instance == NULL ? problem : instance->error;
}
