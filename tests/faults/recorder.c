/* Loaded before a program's libraries: writes down, in order, what the program does to the files of one directory.

   RECORDED names the directory, RECORD the log. One line per call, followed by the data of a write:
   W name offset length | T name length | S name (made durable) | O length (told on standard output). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t in_order = PTHREAD_MUTEX_INITIALIZER;
static int record_file = -1;

static void put(const char *line, const void *data, size_t length) {
  static ssize_t (*real_write)(int, const void *, size_t);
  if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
  if (record_file < 0) record_file = open(getenv("RECORD"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  real_write(record_file, line, strlen(line));
  while (length > 0) {
    ssize_t written = real_write(record_file, data, length);
    if (written <= 0) abort();
    data = (const char *)data + written;
    length -= (size_t)written;
  }
}

/* The file's name in the recorded directory, or NULL for any other file. */
static const char *name_of(int file, char *path, size_t size) {
  char link[64];
  const char *directory = getenv("RECORDED");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, size - 1);
  if (!directory || length <= 0) return NULL;
  path[length] = 0;
  size_t skipped = strlen(directory);
  return strncmp(path, directory, skipped) == 0 && path[skipped] == '/' ? path + skipped + 1 : NULL;
}

static void say(const char *what, int file, long long first, long long second, const void *data, size_t length) {
  char path[4096], line[4300];
  const char *name = name_of(file, path, sizeof path);
  if (!name) return;
  snprintf(line, sizeof line, "%s %s %lld %lld\n", what, name, first, second);
  put(line, data, length);
}

#define IN_ORDER(call, tell)           \
  pthread_mutex_lock(&in_order);       \
  result = call;                       \
  if (result >= 0) tell;               \
  pthread_mutex_unlock(&in_order);     \
  return result

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
  ssize_t result, (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
  IN_ORDER(real(file, data, length, offset), say("W", file, offset, result, data, (size_t)result));
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return pwrite64(file, data, length, offset); }

int ftruncate64(int file, off64_t length) {
  int result, (*real)(int, off64_t) = dlsym(RTLD_NEXT, "ftruncate64");
  IN_ORDER(real(file, length), say("T", file, length, 0, NULL, 0));
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int fsync(int file) {
  int result, (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  IN_ORDER(real(file), say("S", file, 0, 0, NULL, 0));
}

int fdatasync(int file) {
  int result, (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  IN_ORDER(real(file), say("S", file, 0, 0, NULL, 0));
}

ssize_t write(int file, const void *data, size_t length) {
  ssize_t result, (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  char line[64];
  if (file != 1) return real(file, data, length);
  snprintf(line, sizeof line, "O - 0 %zu\n", length);
  IN_ORDER(real(file, data, length), put(line, data, length));
}
