/* Loaded before a program's libraries: while SEALED is not 0 every file is as on a read-only disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dial.h"

static int is_sealed(void) {
  if (dial("SEALED") == 0) return 0;
  errno = EROFS;
  return 1;
}

static int is_regular(int file) {
  struct stat found;
  return fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

#define UNLESS_SEALED(condition, kind, name, types, given) \
  kind (*real) types = dlsym(RTLD_NEXT, name);             \
  return (condition) && is_sealed() ? -1 : real given

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
  UNLESS_SEALED(1, ssize_t, "pwrite64", (int, const void *, size_t, off64_t), (file, data, length, offset));
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
  UNLESS_SEALED(1, ssize_t, "pwrite", (int, const void *, size_t, off_t), (file, data, length, offset));
}

ssize_t write(int file, const void *data, size_t length) {
  UNLESS_SEALED(is_regular(file), ssize_t, "write", (int, const void *, size_t), (file, data, length));
}

int ftruncate64(int file, off64_t length) {
  UNLESS_SEALED(1, int, "ftruncate64", (int, off64_t), (file, length));
}

int ftruncate(int file, off_t length) {
  UNLESS_SEALED(1, int, "ftruncate", (int, off_t), (file, length));
}

int fsync(int file) { UNLESS_SEALED(is_regular(file), int, "fsync", (int), (file)); }

int fdatasync(int file) { UNLESS_SEALED(is_regular(file), int, "fdatasync", (int), (file)); }

#define OPEN(name)                                                                                \
  int name(const char *path, int flags, ...) {                                                    \
    va_list rest;                                                                                 \
    va_start(rest, flags);                                                                        \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                     \
    va_end(rest);                                                                                 \
    UNLESS_SEALED((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT), int, #name,               \
                  (const char *, int, mode_t), (path, flags, mode));                              \
  }

OPEN(open)
OPEN(open64)
