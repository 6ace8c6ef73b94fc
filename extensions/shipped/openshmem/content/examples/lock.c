/* All processes add to one number in the memory of the first one. A lock lets one of them do it at a time.
 *
 *     oshcc -o lock lock.c
 *     srun --nodes=2 --ntasks-per-node=4 --mpi=pmix ./lock
 */
#include <shmem.h>
#include <stdio.h>

enum { kRounds = 100 };

int main(void) {
  static long lock = 0;
  static long sum = 0;
  shmem_init();
  const long size = shmem_n_pes();
  for (int round = 0; round < kRounds; ++round) {
    shmem_set_lock(&lock);
    shmem_long_p(&sum, shmem_long_g(&sum, 0) + 1, 0);
    /* The next one that has the lock sees the new number. */
    shmem_quiet();
    shmem_clear_lock(&lock);
  }
  shmem_barrier_all();
  int status = 0;
  if (shmem_my_pe() == 0) {
    printf("the sum of %ld processes is %ld\n", size, sum);
    status = sum == kRounds * size ? 0 : 1;
  }
  shmem_finalize();
  return status;
}
