/* The four loops of STREAM (McCalpin) as a compiler makes them, for comparison with `assay roofline`: three arrays of
 * 8-byte elements, best of the repetitions, the first left out.
 *   gcc -O3 -march=native stream_loops.c -o stream_loops             one thread
 *   gcc -O3 -march=native -fopenmp stream_loops.c -o stream_loops    threads and binding as OpenMP's variables say
 *   stream_loops BYTES_OF_ALL_THREE_ARRAYS REPETITIONS   prints "copy 12.3" and so on in GB/s, counted bytes
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double best[4] = {0, 0, 0, 0};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void note(int loop, double seconds, double bytes) {
  const double rate = 1e-9 * bytes / seconds;
  best[loop] = rate > best[loop] ? rate : best[loop];
}

int main(int count, char** arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: stream_loops BYTES REPETITIONS\n");
    return 2;
  }
  const long n = atol(arguments[1]) / 24;
  const int repetitions = atoi(arguments[2]);
  /* Small arrays pass many times in one timing, as a clock cannot tell a single pass. */
  const long passes = n < 4000000 ? 4000000 / n : 1;
  double* a = aligned_alloc(2 << 20, ((size_t)n * 8 / (2 << 20) + 1) * (2 << 20));
  double* b = aligned_alloc(2 << 20, ((size_t)n * 8 / (2 << 20) + 1) * (2 << 20));
  double* c = aligned_alloc(2 << 20, ((size_t)n * 8 / (2 << 20) + 1) * (2 << 20));
  if (a == NULL || b == NULL || c == NULL || n < 1) {
    fprintf(stderr, "stream_loops: no memory for %s bytes\n", arguments[1]);
    return 1;
  }
#pragma omp parallel for
  for (long i = 0; i < n; ++i) {
    a[i] = 1.0, b[i] = 2.0, c[i] = 0.0;
  }
  const double scalar = 3.0;
  for (int r = 0; r < repetitions; ++r) {
    double t[5];
#define PASSES(loop)                       \
  for (long pass = 0; pass < passes; ++pass) { \
    _Pragma("omp parallel for") for (long i = 0; i < n; ++i) { loop; } \
    __asm__ volatile("" ::: "memory");     \
  }
    t[0] = now();
    PASSES(c[i] = a[i])
    t[1] = now();
    PASSES(b[i] = scalar * c[i])
    t[2] = now();
    PASSES(c[i] = a[i] + b[i])
    t[3] = now();
    PASSES(a[i] = b[i] + scalar * c[i])
    t[4] = now();
    for (int loop = 0; loop < 4 && r > 0; ++loop) {
      note(loop, t[loop + 1] - t[loop], (loop < 2 ? 16.0 : 24.0) * (double)n * (double)passes);
    }
    /* The triad of one repetition is an operand of the next: kept from growing. */
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      a[i] = 1.0;
    }
  }
  printf("copy %.2f\nscale %.2f\nadd %.2f\ntriad %.2f\n", best[0], best[1], best[2], best[3]);
  return a[n / 2] == 1.0 ? 0 : 1;
}
