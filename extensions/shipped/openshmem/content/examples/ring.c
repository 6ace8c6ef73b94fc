/* Each process writes its number into the memory of the next one, and looks at what the one before it wrote.
 *
 *     oshcc -o ring ring.c
 *     srun --nodes=2 --mpi=pmix ./ring
 */
#include <shmem.h>
#include <stdio.h>

int main(void) {
  /* What is static is at the same place in every process, so others can name it. */
  static long received = -1;
  shmem_init();
  const int own = shmem_my_pe();
  const int size = shmem_n_pes();
  shmem_long_p(&received, own, (own + 1) % size);
  /* What was written before a barrier is there behind it. */
  shmem_barrier_all();
  const long wanted = (own + size - 1) % size;
  printf("process %d of %d has %ld\n", own, size, received);
  shmem_finalize();
  return received == wanted ? 0 : 1;
}
