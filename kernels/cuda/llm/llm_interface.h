#pragma once

// The table behind AssayGpuPlugin::extension("llama", ASSAY_LLM_INTERFACE_VERSION): a Llama decoder on one card. Plain
// C; the rules of kernels/cuda/plugin_interface.h hold for all of it.

#include <stddef.h>
#include <stdint.h>

#include "kernels/cuda/plugin_interface.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_LLM_INTERFACE_VERSION 1u
#define ASSAY_LLM_TEXT_BYTES 256
#define ASSAY_LLM_NO_INDEX 0xffffffffu
#define ASSAY_LLM_PAGE_TOKENS 16u

typedef struct AssayLlmShape {
  uint32_t layers;
  uint32_t hidden;
  uint32_t heads;
  uint32_t kv_heads;
  uint32_t head_dim;
  uint32_t ffn;
  uint32_t vocabulary;
  uint32_t context;
  int32_t tied;  ///< 1: the head is the embedding
  double rope_theta;
  double norm_epsilon;
} AssayLlmShape;

/// f8: e4m3; int4: 4 bits and a scale for 128 columns of a row, multiplied in bf16, of weights alone.
enum AssayLlmFormat { ASSAY_LLM_BF16 = 0, ASSAY_LLM_F8 = 1, ASSAY_LLM_INT4 = 2 };

typedef struct AssayLlmOptions {
  AssayLlmShape shape;  ///< of the whole model, also where a shard of it is made
  int32_t weights;      ///< AssayLlmFormat of the layers; the head and the embedding stay in bf16
  int32_t kv;           ///< bf16 or f8, of the cache
  uint32_t
      held_layers;    ///< layer i uses the weights of layer i mod held_layers; 0: all if they fit, else as many as fit
  uint32_t tp_shard;  ///< 1: the whole model; n: one rank of n, with a local stand-in for the all-reduces
  uint32_t page_count;      ///< of the cache, each ASSAY_LLM_PAGE_TOKENS tokens
  uint32_t most_tokens;     ///< of one pass; a step of more is cut
  uint32_t most_outputs;    ///< sequences of one step
  int32_t graphs;           ///< 1: steps are replayed as CUDA graphs; 0: kernel by kernel
  int32_t plain_attention;  ///< 1: the kernels without matrix instructions, as a cross-check
  uint64_t memory_bytes;    ///< that may be used; 0: what is free now, less 1 GiB
  uint64_t seed;            ///< of the weights
  float temperature;
  uint32_t top_k;
  uint64_t sampling_seed;
} AssayLlmOptions;

/// What is held, named as in every result.
typedef struct AssayLlmPlan {
  char letter;  ///< A: full, fp8; B: full, bf16; C: full, int4; D: one rank; E: weights aliased (also of a rank)
  char label[ASSAY_LLM_TEXT_BYTES];
  uint32_t held_layers;
  uint64_t weight_bytes;
  uint64_t cache_bytes;
  uint64_t buffer_bytes;
} AssayLlmPlan;

typedef struct AssayLlm AssayLlm;

typedef struct AssayLlmSequence {
  const uint32_t* tokens;
  uint32_t token_count;
  uint32_t position;  ///< tokens that the cache holds already
  const uint32_t* pages;
  uint32_t page_count;
  int32_t wants_token;
  /// ASSAY_LLM_NO_INDEX, or the place in the step before of the sequence whose chosen token is tokens[0] of this one,
  /// which is then its only token: so that a step can be given before the one before it has been read.
  uint32_t token_from;
} AssayLlmSequence;

typedef struct AssayLlmTiming {
  double device_s;  ///< between the events before its first and after its last kernel
  double launch_s;  ///< host time until everything was given to the card
  uint32_t passes;
  uint32_t graph_launches;  ///< 0: kernel by kernel
  uint32_t padded_rows;     ///< rows computed, with the padding of buckets
} AssayLlmTiming;

typedef struct AssayLlmTable {
  uint32_t interface_version;
  uint32_t table_bytes;

  /// What open() would hold, without taking memory.
  int32_t (*plan)(int32_t device, const AssayLlmOptions* options, AssayLlmPlan* plan, AssayGpuStatus* status);
  /// Takes the memory, fills the weights, races the products' algorithms, makes the graphs.
  int32_t (*open)(int32_t device, const AssayLlmOptions* options, AssayLlm** llm, AssayGpuStatus* status);
  int32_t (*plan_of)(AssayLlm* llm, AssayLlmPlan* plan, AssayGpuStatus* status);
  /// Seed, checksum, what is aliased, chosen algorithms, how scales are applied.
  int32_t (*facts)(AssayLlm* llm, AssayGpuFactSink sink, void* context, AssayGpuStatus* status);
  /// The shape that is computed: a rank's, where there are several.
  int32_t (*shape)(AssayLlm* llm, AssayLlmShape* shape, AssayGpuStatus* status);
  /// Gives the card one step; at most two may be under way.
  int32_t (*submit)(AssayLlm* llm, const AssayLlmSequence* sequences, uint32_t count, AssayGpuStatus* status);
  /// Waits for the oldest step under way. next_tokens: one a sequence, written where wants_token; ASSAY_LLM_NO_INDEX
  /// where a logit was no finite number.
  int32_t (*collect)(AssayLlm* llm, uint32_t* next_tokens, uint32_t count, AssayLlmTiming* timing,
                     AssayGpuStatus* status);
  /// The logits after the last token of sequence `sequence` of the last step, if it wanted one.
  int32_t (*logits)(AssayLlm* llm, uint32_t sequence, float* values, uint32_t count, AssayGpuStatus* status);
  /// Arithmetic against the host in double precision. Overwrites the first pages of the cache.
  int32_t (*verify)(AssayLlm* llm, uint64_t seed, AssayGpuCheck* check, AssayGpuStatus* status);
  void (*close)(AssayLlm* llm);  ///< null is nothing to close
} AssayLlmTable;

#ifdef __cplusplus
}
#endif
