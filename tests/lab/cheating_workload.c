/* A filter as a workload, and ways to look faster than it is. `--param cheat=` says how:
 *   none       does its work
 *   skip       leaves out half of the work once the run has begun
 *   precision  computes with eight bits once the run has begun
 *   last       gives the last answer again where it is asked for the same sample
 *   memo       keeps every answer that it ever gave
 *   record     does its work, and writes down in `file` which samples it was asked for
 *   peek       knows that order from `file`: what it expects next it has computed beforehand
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay_workload.h"

enum { kInputs = 64, kLength = 2048, kTaps = 128, kHonestRuns = 40, kMostOrder = 1 << 20, kContext = 3 };

typedef enum { kNone, kSkip, kPrecision, kLast, kMemo, kRecord, kPeek, kCheats } Cheat;
static const char* const kNames[kCheats] = {"none", "skip", "precision", "last", "memo", "record", "peek"};

struct assay_workload {
  Cheat cheat;
  char file[400];
  float coefficients[kTaps];
  float inputs[kInputs][kLength + kTaps];
  float output[kLength];
  float kept[kInputs][2];
  int has_kept[kInputs];
  uint32_t last;
  uint64_t runs;
  uint32_t* order; /* of an earlier run */
  size_t order_count;
  size_t at; /* how many samples in a row were as in that run */
  FILE* log;
};

static int read_parameters(const assay_workload_parameter* parameters, size_t count, Cheat* cheat, const char** file) {
  *cheat = kNone;
  *file = "";
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(parameters[i].name, "file") == 0) {
      *file = parameters[i].value;
      continue;
    }
    *cheat = kCheats;
    for (int c = 0; c < kCheats; ++c) {
      if (strcmp(parameters[i].value, kNames[c]) == 0) {
        *cheat = (Cheat)c;
      }
    }
  }
  return *cheat == kCheats;
}

uint32_t assay_workload_version(void) { return ASSAY_WORKLOAD_VERSION; }

int assay_workload_describe(const assay_workload_parameter* parameters, size_t count, assay_workload_info* info) {
  Cheat cheat = kNone;
  const char* file = "";
  if (read_parameters(parameters, count, &cheat, &file) != 0) {
    return 1;
  }
  info->sample_count = kInputs;
  info->max_batch = 1;
  info->answer_count = 2;
  info->tolerance = 1e-4;
  return 0;
}

assay_workload* assay_workload_create(const assay_workload_parameter* parameters, size_t count) {
  assay_workload* made = calloc(1, sizeof *made);
  const char* file = "";
  if (made == NULL || read_parameters(parameters, count, &made->cheat, &file) != 0) {
    free(made);
    return NULL;
  }
  snprintf(made->file, sizeof made->file, "%s", file);
  made->last = kInputs;
  return made;
}

static float next_value(uint64_t* state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (float)((*state * 2685821657736338717ULL) >> 40) / 16777216.0F - 0.5F;
}

static void filter(assay_workload* instance, uint32_t sample, size_t taps) {
  memset(instance->output, 0, sizeof instance->output);
  for (size_t tap = 0; tap < taps; ++tap) {
    for (size_t i = 0; i < kLength; ++i) {
      instance->output[i] += instance->coefficients[tap] * instance->inputs[sample][i + tap];
    }
  }
}

static void keep(assay_workload* instance, uint32_t sample) {
  filter(instance, sample, kTaps);
  instance->kept[sample][0] = instance->output[0];
  instance->kept[sample][1] = instance->output[kLength - 1];
  instance->has_kept[sample] = 1;
}

int assay_workload_prepare(assay_workload* instance, uint64_t seed) {
  uint64_t state = seed * 2 + 1;
  for (size_t i = 0; i < kTaps; ++i) {
    instance->coefficients[i] = next_value(&state);
  }
  for (size_t input = 0; input < kInputs; ++input) {
    for (size_t i = 0; i < kLength + kTaps; ++i) {
      instance->inputs[input][i] = next_value(&state);
    }
  }
  if (instance->cheat == kRecord) {
    instance->log = fopen(instance->file, "w");
    return instance->log == NULL;
  }
  if (instance->cheat == kPeek) {
    FILE* file = fopen(instance->file, "r");
    instance->order = malloc(kMostOrder * sizeof *instance->order);
    if (file == NULL || instance->order == NULL) {
      return 1;
    }
    while (instance->order_count < kMostOrder && fscanf(file, "%u", &instance->order[instance->order_count]) == 1) {
      ++instance->order_count;
    }
    fclose(file);
    for (uint32_t sample = 0; sample < kInputs; ++sample) {
      keep(instance, sample);
    }
  }
  return 0;
}

/* Whether the earlier run asked for this sample after the same ones: looked up where it stands, or anew. */
static int was_expected(assay_workload* instance, uint32_t sample) {
  if (instance->at < instance->order_count && instance->order[instance->at] == sample) {
    ++instance->at;
    return instance->at > kContext;
  }
  instance->at = 0;
  return 0;
}

int assay_workload_run(assay_workload* instance, const uint32_t* samples, size_t count, float* answers) {
  (void)count;
  const uint32_t sample = samples[0];
  const int begun = ++instance->runs > kHonestRuns;
  if (instance->log != NULL) {
    fprintf(instance->log, "%u\n", sample);
    fflush(instance->log);
  }
  const int remembered = (instance->cheat == kLast && sample == instance->last) ||
                         (instance->cheat == kMemo && instance->has_kept[sample]) ||
                         (instance->cheat == kPeek && was_expected(instance, sample));
  if (remembered) {
    memcpy(answers, instance->kept[sample], 2 * sizeof *answers);
    return 0;
  }
  keep(instance, sample);
  if (instance->cheat == kSkip && begun) {
    filter(instance, sample, kTaps / 2);
  }
  answers[0] = instance->output[0];
  answers[1] = instance->output[kLength - 1];
  if (instance->cheat == kPrecision && begun) {
    answers[0] = roundf(answers[0] * 64.0F) / 64.0F;
    answers[1] = roundf(answers[1] * 64.0F) / 64.0F;
  }
  instance->last = sample;
  return 0;
}

int assay_workload_reference(assay_workload* instance, uint32_t sample, float* answer) {
  double first = 0.0;
  double last = 0.0;
  for (size_t tap = 0; tap < kTaps; ++tap) {
    first += (double)instance->coefficients[tap] * (double)instance->inputs[sample][tap];
    last += (double)instance->coefficients[tap] * (double)instance->inputs[sample][kLength - 1 + tap];
  }
  answer[0] = (float)first;
  answer[1] = (float)last;
  return 0;
}

void assay_workload_destroy(assay_workload* instance) {
  if (instance->log != NULL) {
    fclose(instance->log);
  }
  free(instance->order);
  free(instance);
}
