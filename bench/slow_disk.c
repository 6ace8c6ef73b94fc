/* A disk that needs 5 ms until what was written is safe, for programs that are started with this library in
   LD_PRELOAD (ld.so(8)). Each call counts in the file that MUSTER_SYNCS names: eight bytes, a number. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint64_t none;
static _Atomic uint64_t* count = &none;

__attribute__((constructor)) static void open_count(void) {
  const char* const path = getenv("MUSTER_SYNCS");
  const int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* const memory = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED) count = memory;
  close(file);
}

static int wait_and_call(long number, int file) {
  const struct timespec delay = {.tv_sec = 0, .tv_nsec = 5000000};
  atomic_fetch_add(count, 1);
  nanosleep(&delay, NULL);
  return (int)syscall(number, file);
}

int fsync(int file) { return wait_and_call(SYS_fsync, file); }
int fdatasync(int file) { return wait_and_call(SYS_fdatasync, file); }
int syncfs(int file) { return wait_and_call(SYS_syncfs, file); }
