#pragma once

// What the program and libassay_cuda.so know of each other: plain C, so that neither side's C++ library matters. The
// program never links CUDA; it opens the library at run time and asks it for the table below.
//
// Every function returns one of AssayGpuCode and, when it is not ASSAY_GPU_OK, leaves one line of text in `status` that
// names the call and the library's own words. No exception crosses. Pointers are never null unless said so. A handle
// belongs to one thread at a time; different handles may be used from different threads. No function changes a setting
// of the card.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Raised whenever anything below changes: the program refuses a library of another number.
#define ASSAY_GPU_INTERFACE_VERSION 1u
/// The only symbol that the library shows.
#define ASSAY_GPU_ENTRY "assay_gpu_plugin"

#define ASSAY_GPU_MESSAGE_BYTES 512
#define ASSAY_GPU_NAME_BYTES 256
#define ASSAY_GPU_PROBE_VALUES 8

enum AssayGpuCode {
  ASSAY_GPU_OK = 0,
  ASSAY_GPU_NO_DEVICE = 1,     ///< no driver, no card, or none of that number
  ASSAY_GPU_BAD_ARGUMENT = 2,  ///< the caller asked for what does not exist: names the argument and what is accepted
  ASSAY_GPU_NO_MEMORY = 3,     ///< the card has not enough free memory
  ASSAY_GPU_UNSUPPORTED = 4,   ///< this card or this version of a library cannot do it
  ASSAY_GPU_FAILED = 5         ///< a call failed: the handle is of no further use
};

typedef struct AssayGpuStatus {
  int32_t code;
  char message[ASSAY_GPU_MESSAGE_BYTES];  ///< one line, ends with 0; empty when all went well
} AssayGpuStatus;

/// What the CUDA runtime says of a device. What only the driver's management library knows is read by the program.
typedef struct AssayGpuFacts {
  char name[ASSAY_GPU_NAME_BYTES];
  char uuid[64];          ///< "GPU-xxxxxxxx-xxxx-...", as the management library writes it
  char pci_bus[32];       ///< "00000000:01:00.0"
  char compiled_for[64];  ///< the code of the library that this device runs: "sm_90a", "compute_100 (PTX)"
  int32_t compute_major;  ///< compute capability
  int32_t compute_minor;
  int32_t driver_version;   ///< CUDA version of the driver, 13000
  int32_t runtime_version;  ///< CUDA version of the library
  int32_t multiprocessors;
  int32_t clock_khz;  ///< the highest clock of the multiprocessors
  int32_t memory_clock_khz;
  int32_t memory_bus_bits;
  int32_t ecc;         ///< 1 on, 0 off
  int32_t integrated;  ///< 1: shares the host's memory
  uint64_t memory_bytes;
  uint64_t free_bytes;  ///< now
  uint64_t l2_bytes;
  uint64_t blas_version;  ///< of cuBLASLt, 130100; 0: it cannot be asked
} AssayGpuFacts;

typedef struct AssayGpuSetting {
  const char* name;
  const char* value;
} AssayGpuSetting;

/// One piece of work on one device, e.g. a copy: its memory, its stream, its handles.
typedef struct AssayGpuWork AssayGpuWork;

enum AssayGpuUnit { ASSAY_GPU_FLOP = 0, ASSAY_GPU_INTEGER_OPERATION = 1, ASSAY_GPU_ACCESS = 2 };

/// What one run on one sample is, and what one step of repeat is. Known before anything is prepared.
typedef struct AssayGpuShape {
  int32_t unit;              ///< AssayGpuUnit of the work
  int32_t uses_host_memory;  ///< 1: `memory_bytes` counts only the card's part
  double work;               ///< of one run; an FMA is two flops
  double step_work;          ///< of one step of work_repeat
  uint64_t traffic_bytes;    ///< of one run: each operand once
  uint64_t step_traffic_bytes;
  uint64_t memory_bytes;  ///< on the card
  uint64_t samples;       ///< distinct inputs
  double tolerance;       ///< bound on |probe - reference| / max(|reference|, output_scale)
  double output_scale;
} AssayGpuShape;

/// A stretch of steps. The card's clock: events right before the first and right after the last step.
typedef struct AssayGpuTiming {
  double device_s;     ///< between the events
  double host_s;       ///< monotonic host clock, from before the first launch until the end was seen
  double sm_clock_hz;  ///< of a multiprocessor over the stretch, clock64 against globaltimer; 0: too short to tell
  uint64_t steps;      ///< as asked for
} AssayGpuTiming;

typedef struct AssayGpuCheck {
  int32_t passed;
  uint64_t compared;  ///< output values
  double worst_relative_error;
  double tolerance;
  char detail[ASSAY_GPU_MESSAGE_BYTES];  ///< empty if passed
} AssayGpuCheck;

/// Takes one "name", "value" pair at a time; both end with 0 and live until it returns.
typedef void (*AssayGpuFactSink)(void* context, const char* name, const char* value);

typedef struct AssayGpuPlugin {
  uint32_t interface_version;
  uint32_t table_bytes;  ///< sizeof(AssayGpuPlugin) where the library was compiled
  const char* build;     ///< "CUDA 13.0; sm_80 sm_89 sm_90a sm_100 and PTX"
  int32_t simulated;     ///< 1: no card is behind it, and no figure of it is a measurement

  /// Without a trace on any device.
  int32_t (*device_count)(int32_t* count, AssayGpuStatus* status);
  /// Makes the process's context on the device, which free_bytes is read through.
  int32_t (*device_facts)(int32_t device, AssayGpuFacts* facts, AssayGpuStatus* status);

  /// Checks the settings and works out the shape; takes no memory of the card. On success *work must be closed.
  int32_t (*work_open)(int32_t device, const char* name, const AssayGpuSetting* settings, size_t setting_count,
                       AssayGpuWork** work, AssayGpuStatus* status);
  int32_t (*work_shape)(AssayGpuWork* work, AssayGpuShape* shape, AssayGpuStatus* status);
  /// Settings in force, none at "auto", and below "fact:" what was chosen for them. Complete after work_prepare.
  int32_t (*work_settings)(AssayGpuWork* work, AssayGpuFactSink sink, void* context, AssayGpuStatus* status);
  /// Takes the memory, fills it from `seed` alone, poisons outputs, runs once.
  int32_t (*work_prepare)(AssayGpuWork* work, uint64_t seed, AssayGpuStatus* status);
  /// One run on each of the samples, one after the other; returns when the outputs are there.
  int32_t (*work_run)(AssayGpuWork* work, const uint32_t* samples, size_t count, AssayGpuStatus* status);
  /// `steps` steps in one stretch, timed by the card.
  int32_t (*work_repeat)(AssayGpuWork* work, uint64_t steps, AssayGpuTiming* timing, AssayGpuStatus* status);
  /// Values of the output of the last run at fixed places.
  int32_t (*work_probe)(AssayGpuWork* work, float values[ASSAY_GPU_PROBE_VALUES], AssayGpuStatus* status);
  /// The same places computed on the host in double precision from the inputs of `sample`.
  int32_t (*work_reference)(AssayGpuWork* work, uint32_t sample, float values[ASSAY_GPU_PROBE_VALUES],
                            AssayGpuStatus* status);
  /// Poisons the output, runs, and compares with the host in double precision.
  int32_t (*work_verify)(AssayGpuWork* work, AssayGpuCheck* check, AssayGpuStatus* status);
  void (*work_close)(AssayGpuWork* work);  ///< null is nothing to close

  /// Another table by name and version, or null: "llama".
  const void* (*extension)(const char* name, uint32_t version);

  /// Gives back what this process holds of the device, when it has no open handle on it: a process that only asked must
  /// not be seen as one that uses the card. Touches no other process and no setting.
  int32_t (*release_device)(int32_t device, AssayGpuStatus* status);
} AssayGpuPlugin;

/// Never null; the table lives as long as the library.
typedef const AssayGpuPlugin* (*AssayGpuEntry)(void);

#ifdef __cplusplus
}
#endif
