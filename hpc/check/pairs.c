/* The job check's program: one rank on each node sends a token around the ring, then every two nodes
 * measure the way between them. A round-robin tournament keeps all nodes busy at once, so n nodes need
 * n - 1 rounds and not n * (n - 1) / 2.
 *
 * Usage: pairs MOST_ROUNDS
 * It prints lines of fixed words on rank 0:
 *   muster-check 1 RANKS          the format's version
 *   node RANK NAME                one for each rank
 *   ring SECONDS                  one turn of the token
 *   round DONE OF                 progress
 *   pair RANK RANK MICROSECONDS MEGABYTES_PER_SECOND
 *   end                           all went well
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALL = 8, LARGE = 1 << 20, WARM_UPS = 4, PING_PONGS = 50, TRANSFERS = 8 };

typedef struct {
  double other;
  double latency;
  double bandwidth;
} Measure;

static char buffer[LARGE];

/* The node's name as the scheduler calls it; a host may call itself otherwise. */
static void own_name(char* name, int size) {
  const char* given = getenv("SLURMD_NODENAME");
  char full[MPI_MAX_PROCESSOR_NAME] = "";
  int length = 0;
  MPI_Get_processor_name(full, &length);
  snprintf(name, (size_t)size, "%s", given != NULL ? given : full);
}

static void print_nodes(int rank, int ranks) {
  char name[64] = "";
  own_name(name, sizeof name);
  char* all = rank == 0 ? malloc((size_t)ranks * sizeof name) : NULL;
  if (rank == 0 && all == NULL) MPI_Abort(MPI_COMM_WORLD, 1);
  MPI_Gather(name, sizeof name, MPI_CHAR, all, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
  for (int i = 0; rank == 0 && i < ranks; ++i) {
    printf("node %d %s\n", i, all + (size_t)i * sizeof name);
  }
  free(all);
}

/* The token counts its hops: a wrong count is a wrong result, whatever the time. */
static void ring(int rank, int ranks) {
  long token = 0;
  const double start = MPI_Wtime();
  if (ranks > 1 && rank == 0) {
    token = 1;
    MPI_Send(&token, 1, MPI_LONG, 1, 0, MPI_COMM_WORLD);
    MPI_Recv(&token, 1, MPI_LONG, ranks - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (token != ranks) {
      fprintf(stderr, "the token made %ld hops in a ring of %d\n", token, ranks);
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
  } else if (ranks > 1) {
    MPI_Recv(&token, 1, MPI_LONG, rank - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    ++token;
    MPI_Send(&token, 1, MPI_LONG, (rank + 1) % ranks, 0, MPI_COMM_WORLD);
  }
  if (rank == 0) printf("ring %.6f\n", MPI_Wtime() - start);
}

/* Seconds for `times` messages of `bytes` there and back. */
static double ping_pong(int rank, int other, int bytes, int times) {
  const double start = MPI_Wtime();
  for (int i = 0; i < times; ++i) {
    if (rank < other) {
      MPI_Send(buffer, bytes, MPI_CHAR, other, 1, MPI_COMM_WORLD);
      MPI_Recv(buffer, bytes, MPI_CHAR, other, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
      MPI_Recv(buffer, bytes, MPI_CHAR, other, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(buffer, bytes, MPI_CHAR, other, 1, MPI_COMM_WORLD);
    }
  }
  return MPI_Wtime() - start;
}

static Measure measure(int rank, int other) {
  Measure result = {other, 0, 0};
  ping_pong(rank, other, SMALL, WARM_UPS);
  result.latency = ping_pong(rank, other, SMALL, PING_PONGS) / PING_PONGS / 2 * 1e6;
  ping_pong(rank, other, LARGE, 1);
  result.bandwidth =
      2.0 * LARGE * TRANSFERS / 1e6 / ping_pong(rank, other, LARGE, TRANSFERS);
  return result;
}

/* Who meets `rank` in `round`: the circle method. With an odd number of ranks one rests each time. */
static int partner(int rank, int round, int ranks) {
  const int seats = ranks + ranks % 2;
  const int circle = seats - 1;
  int other;
  if (rank == circle) {
    /* The fixed seat meets the one that would meet itself: 2 * other = round (mod circle). */
    other = round % 2 == 0 ? round / 2 : (round + circle) / 2;
    other %= circle;
  } else {
    other = ((round - rank) % circle + circle) % circle;
    if (other == rank) other = circle;
  }
  return other < ranks ? other : -1;
}

static void print_pairs(const Measure* own, int rounds, int rank, int ranks) {
  const int count = rounds * 3;
  double* all = rank == 0 ? malloc((size_t)ranks * (size_t)count * sizeof(double)) : NULL;
  if (rank == 0 && all == NULL) MPI_Abort(MPI_COMM_WORLD, 1);
  MPI_Gather(own, count, MPI_DOUBLE, all, count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  for (int i = 0; rank == 0 && i < ranks * rounds; ++i) {
    const double* pair = all + (size_t)i * 3;
    if (pair[0] > i / rounds) {
      printf("pair %d %d %.2f %.2f\n", i / rounds, (int)pair[0], pair[1], pair[2]);
    }
  }
  free(all);
}

int main(int argc, char** argv) {
  int rank = 0;
  int ranks = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (rank == 0) printf("muster-check 1 %d\n", ranks);
  print_nodes(rank, ranks);
  ring(rank, ranks);

  const int circle = ranks + ranks % 2 - 1;
  const int most = argc > 1 ? atoi(argv[1]) : circle;
  const int rounds = ranks < 2 ? 0 : circle < most ? circle : most;
  Measure* own = calloc((size_t)rounds + 1, sizeof *own);
  if (own == NULL) MPI_Abort(MPI_COMM_WORLD, 1);
  for (int i = 0; i < rounds; ++i) {
    /* A shortened tournament takes rounds from all over it: neighbours as well as far nodes. */
    const int round = (int)((long)i * circle / rounds);
    const int other = partner(rank, round, ranks);
    own[i].other = -1;
    MPI_Barrier(MPI_COMM_WORLD);
    if (other >= 0) own[i] = measure(rank, other);
    if (rank == 0) printf("round %d %d\n", i + 1, rounds);
  }
  if (rounds > 0) print_pairs(own, rounds, rank, ranks);
  free(own);
  if (rank == 0) printf("end\n");
  MPI_Finalize();
  return 0;
}
