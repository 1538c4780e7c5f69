/* A number that a test turns while the program runs: a double, in the machine's own form, in the file that an
   environment variable names. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

static double dial(const char *variable) {
  static const volatile double *number;
  if (!number) {
    int file = open(getenv(variable), O_RDONLY | O_CLOEXEC);
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    number = mapped;
  }
  return *number;
}
