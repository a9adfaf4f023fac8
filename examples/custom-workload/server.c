/* A workload of one's own as a command that reads a request a line and writes an answer a line:
 *
 *   assay run cmd:./assay_example_server --scenario server --rate 200 --param terms=20000
 *
 * It sums a series for each sample. Any language that reads lines will do; what matters is to flush each answer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kSamples = 64, kBatch = 8 };

static double answer_to(long sample, long terms) {
  double sum = 0.0;
  for (long k = 1; k <= terms; ++k) {
    sum += 1.0 / (double)(k * k + sample);
  }
  return sum;
}

/* The same sum from its end, as a second way to the answer. */
static double reference_of(long sample, long terms) {
  double sum = 0.0;
  for (long k = terms; k >= 1; --k) {
    sum += 1.0 / (double)(k * k + sample);
  }
  return sum;
}

static long parameter(const char* line, const char* name, long otherwise) {
  const char* found = strstr(line, name);
  return found == NULL ? otherwise : strtol(found + strlen(name), NULL, 10);
}

int main(void) {
  static char line[65536];
  long terms = 20000;
  while (fgets(line, sizeof line, stdin) != NULL) {
    char* rest = line;
    const char* word = strtok_r(line, " \n", &rest);
    if (word == NULL) {
      puts("error an empty line");
    } else if (strcmp(word, "hello") == 0) {
      terms = parameter(rest, " terms=", terms);
      printf("hello 1 samples=%d batch=%d answers=1 tolerance=1e-5 flops=%ld reference=yes\n", kSamples, kBatch,
             4 * terms);
    } else if (strcmp(word, "prepare") == 0) {
      puts("ready");
    } else if (strcmp(word, "run") == 0) {
      fputs("done", stdout);
      for (const char* index = strtok_r(NULL, " \n", &rest); index != NULL; index = strtok_r(NULL, " \n", &rest)) {
        printf(" %.9g", answer_to(strtol(index, NULL, 10), terms));
      }
      putchar('\n');
    } else if (strcmp(word, "reference") == 0) {
      printf("answer %.9g\n", reference_of(strtol(rest, NULL, 10), terms));
    } else {
      printf("error it knows no %s\n", word);
    }
    fflush(stdout);
  }
  return 0;
}
