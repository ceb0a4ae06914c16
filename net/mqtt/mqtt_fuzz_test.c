/* The fuzz target over streams made from the vectors: some of them joined, then changed at random, the same way in every
 * run. Each is a heap block of its exact size, so the sanitizer sees the first byte read past it.
 *
 * usage: mqtt_fuzz_test [ROUNDS [SEED]]
 *        mqtt_fuzz_test --corpus FOLDER    writes the vectors as a seed corpus for mqtt_fuzz */
#include "mqtt_fuzz.h"

#include "mqtt_test_support.h"
#include "mqtt_vectors.h"

enum { STREAM = 400 };

static uint64_t seed = 1;
static uint8_t stream[STREAM];
static size_t stream_bytes;

static uint32_t below(uint32_t limit)
{
  return limit > 0 ? test_random(&seed) % limit : 0;
}

static void append(const mqtt_vector *vector)
{
  if (stream_bytes < STREAM - 64) stream_bytes += hex_bytes(stream + stream_bytes, STREAM - stream_bytes, vector->hex);
}

/* A connection that is accepted, and more. */
static void make_stream(void)
{
  stream[0] = (uint8_t)below(256);
  stream[1] = (uint8_t)below(256);
  stream_bytes = 2;
  append(&good_packets[below(2)]);
  for (uint32_t more = below(8); more > 0; more--) append(&good_packets[below(VECTORS(good_packets))]);
  if (below(4) == 0) append(&malformed_packets[below(VECTORS(malformed_packets))]);
}

static void move_tail(size_t at, size_t to)
{
  memmove(stream + to, stream + at, stream_bytes - at);
  stream_bytes = stream_bytes - at + to;
}

static void change_stream(void)
{
  size_t at = 2 + below((uint32_t)stream_bytes - 2);
  switch (below(6)) {
  case 0: stream[at] ^= (uint8_t)(1u << below(8)); break;
  case 1: stream[at] = (uint8_t)below(256); break;
  case 2: stream[at] = (uint8_t) "\x00\x01\x02\x7f\x80\xff\x2b\x23"[below(8)]; break;
  case 3:
    if (stream_bytes < STREAM) move_tail(at, at + 1);
    break;
  case 4:
    if (stream_bytes > 4) move_tail(at + (at + 1 < stream_bytes), at);
    break;
  default: stream_bytes = at + 1; break;
  }
}

static void try_stream(void)
{
  uint8_t *exact = malloc(stream_bytes);
  if (exact == NULL) abort();
  memcpy(exact, stream, stream_bytes);
  (void)LLVMFuzzerTestOneInput(exact, stream_bytes);
  free(exact);
}

static int write_seed(const char *folder, size_t number, const mqtt_vector *vector)
{
  char path[4096];
  stream_bytes = 2;
  append(&good_packets[0]);
  append(vector);
  snprintf(path, sizeof path, "%s/%03zu", folder, number);
  FILE *file = fopen(path, "wb");
  if (file == NULL) return 1;
  bool is_written = fwrite(stream, 1, stream_bytes, file) == stream_bytes;
  return fclose(file) == 0 && is_written ? 0 : 1;
}

static int write_corpus(const char *folder)
{
  int failed = 0;
  for (size_t i = 0; i < VECTORS(good_packets); i++) failed |= write_seed(folder, i, &good_packets[i]);
  for (size_t i = 0; i < VECTORS(malformed_packets); i++) failed |= write_seed(folder, 100 + i, &malformed_packets[i]);
  return failed;
}

int main(int argc, char **argv)
{
  if (argc == 3 && strcmp(argv[1], "--corpus") == 0) return write_corpus(argv[2]);
  uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
  if (argc > 2) seed = strtoull(argv[2], NULL, 10);
  for (uint64_t i = 0; i < rounds; i++) {
    make_stream();
    for (uint32_t changes = below(4); changes > 0; changes--) change_stream();
    try_stream();
  }
  return 0;
}
