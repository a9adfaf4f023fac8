// To be loaded before a program (LD_PRELOAD): the clock of the wall jumps at every look, a month ahead, a year back.
// The other clocks are as they are.
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include <atomic>

namespace {

constexpr time_t kDay = 86'400;
std::atomic<unsigned> g_looks{0};

time_t jump() {
  switch (g_looks++ % 3) {
    case 0:
      return 30 * kDay;
    case 1:
      return -365 * kDay;
    default:
      return 0;
  }
}

using ClockGettime = int (*)(clockid_t, timespec*);

int real_clock_gettime(clockid_t clock, timespec* time) {
  static const auto real = reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return real(clock, time);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = real_clock_gettime(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += jump();
  }
  return result;
}

extern "C" time_t time(time_t* out) noexcept {
  timespec now{};
  real_clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec += jump();
  if (out != nullptr) {
    *out = now.tv_sec;
  }
  return now.tv_sec;
}

extern "C" int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  timespec real{};
  real_clock_gettime(CLOCK_REALTIME, &real);
  now->tv_sec = real.tv_sec + jump();
  now->tv_usec = real.tv_nsec / 1000;
  return 0;
}
