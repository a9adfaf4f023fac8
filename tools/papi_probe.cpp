// Starts each preset event of PAPI alone, does a little work and reads it: what a list of the library promises, and
// what counts here. Prints one line for each event that the library says is available, then a summary.
#include <papi.h>

#include <cstdint>
#include <cstdio>

namespace {

/// Something to count: floating-point work, loads, stores and branches.
double work() {
  constexpr int kSteps = 100'000;
  volatile double sum = 1.0;
  for (int i = 0; i < kSteps; ++i) {
    sum = sum * 1.0000001 + 1e-9;
  }
  return sum;
}

struct Outcome {
  int error = PAPI_OK;
  const char* call = "";
  long long count = 0;
};

Outcome count_alone(int event) {
  int set = PAPI_NULL;
  Outcome outcome{.error = PAPI_create_eventset(&set), .call = "create"};
  if (outcome.error == PAPI_OK) {
    outcome = {.error = PAPI_add_event(set, event), .call = "add"};
  }
  if (outcome.error == PAPI_OK) {
    outcome = {.error = PAPI_start(set), .call = "start"};
  }
  if (outcome.error == PAPI_OK) {
    (void)work();
    outcome = {.error = PAPI_stop(set, &outcome.count), .call = "stop", .count = outcome.count};
  }
  PAPI_cleanup_eventset(set);
  PAPI_destroy_eventset(&set);
  return outcome;
}

}  // namespace

int main() {
  if (const int version = PAPI_library_init(PAPI_VER_CURRENT); version != PAPI_VER_CURRENT) {
    (void)std::fprintf(stderr, "PAPI_library_init: %s\n",
                       version > 0 ? "header and library differ" : PAPI_strerror(version));
    return 1;
  }
  int claimed = 0;
  int started = 0;
  int counted = 0;
  int event = static_cast<int>(PAPI_PRESET_MASK);
  for (int more = PAPI_enum_event(&event, PAPI_ENUM_FIRST); more == PAPI_OK;
       more = PAPI_enum_event(&event, PAPI_PRESET_ENUM_AVAIL)) {
    PAPI_event_info_t info;
    if (PAPI_query_event(event) != PAPI_OK || PAPI_get_event_info(event, &info) != PAPI_OK) {
      continue;  // the first of the enumeration need not be available
    }
    ++claimed;
    const Outcome outcome = count_alone(event);
    if (outcome.error != PAPI_OK) {
      (void)std::printf("%-13s %s: %s\n", info.symbol, outcome.call, PAPI_strerror(outcome.error));
      continue;
    }
    ++started;
    counted += outcome.count > 0 ? 1 : 0;
    (void)std::printf("%-13s %lld\n", info.symbol, outcome.count);
  }
  (void)std::printf("%d claimed, %d started, %d counted something\n", claimed, started, counted);
}
