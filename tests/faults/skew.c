/* Loaded before a program's libraries: the wall clock runs beside the machine's by as many seconds as SKEW says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <time.h>

#include "dial.h"

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += (time_t)floor(dial("SKEW"));
  return result;
}
