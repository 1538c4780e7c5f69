/* Loaded before a program's libraries: making a file durable takes as many seconds more as SLOW says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#include "dial.h"

static void wait_for_the_disk(void) {
  double seconds = dial("SLOW");
  if (seconds > 0) usleep((useconds_t)(seconds * 1e6));
}

int fsync(int file) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  wait_for_the_disk();
  return real(file);
}

int fdatasync(int file) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  wait_for_the_disk();
  return real(file);
}
