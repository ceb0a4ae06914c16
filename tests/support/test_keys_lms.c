/* LMS test keys. A tree of height 10 takes seconds under a sanitizer, so it is kept in a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sha256.h"
#include "test_keys.h"

static const struct {
  enum lms_tree_type tree;
  enum lms_ots_type ots;
} types[TEST_KEYS] = {
  [KEY_ROOT_0] = {LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W4},
  [KEY_ROOT_1] = {LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W4},
  [KEY_FIRMWARE_0] = {LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W8},
  [KEY_FIRMWARE_1] = {LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W4},
  [KEY_STRANGER] = {LMS_SHA256_M32_H5, LMOTS_SHA256_N32_W8},
};

static lms_signing_key keys[TEST_KEYS];

static void tree_path(char *path, size_t bytes, test_key key, const char *suffix)
{
  snprintf(path, bytes, "%s/lms-test-key-%d.tree%s", TEST_CACHE_DIR, (int)key, suffix);
}

static bool load(test_key key, const uint8_t *id, const uint8_t *seed, uint8_t *tree)
{
  char path[1024];
  tree_path(path, sizeof path, key, "");
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  const bool whole = fread(tree, lms_tree_bytes(types[key].tree), 1, file) == 1;
  fclose(file);
  return whole && lms_signing_key_load(&keys[key], types[key].tree, types[key].ots, id, seed, tree) == CRYPTO_OK;
}

/* Tests run side by side: a tree appears under its name only when it is whole. */
static void store(test_key key, const uint8_t *tree)
{
  char path[1024], partial[1024], suffix[32];
  snprintf(suffix, sizeof suffix, ".%ld", (long)getpid());
  tree_path(path, sizeof path, key, "");
  tree_path(partial, sizeof partial, key, suffix);
  FILE *file = fopen(partial, "wb");
  if (!file) return; /* slower next time, nothing else */
  const bool whole = fwrite(tree, lms_tree_bytes(types[key].tree), 1, file) == 1;
  if (fclose(file) != 0 || !whole || rename(partial, path) != 0) remove(partial);
}

const lms_signing_key *test_lms(test_key key)
{
  if (keys[key].tree) return &keys[key];
  static uint8_t trees[TEST_KEYS][64 * 1024];
  const char label[] = {'h', 'o', 'l', 'd', 'f', 'a', 's', 't', ' ', 'l', 'm', 's', ' ', (char)key};
  uint8_t seed[32], id[32], *tree = trees[key];
  if (lms_tree_bytes(types[key].tree) > sizeof trees[0]) abort();
  sha256(seed, label, sizeof label);
  sha256(id, seed, sizeof seed);
  if (load(key, id, seed, tree)) return &keys[key];
  if (lms_signing_key_init(&keys[key], types[key].tree, types[key].ots, id, seed, tree) != CRYPTO_OK) abort();
  store(key, tree);
  return &keys[key];
}
