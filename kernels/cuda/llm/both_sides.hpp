#pragma once

// Small arithmetic that the card and the host both do, so that the host can test it and can recompute what the card
// did.
#ifdef __CUDACC__
#define ASSAY_BOTH_SIDES __host__ __device__ __forceinline__
#else
#define ASSAY_BOTH_SIDES inline
#endif
