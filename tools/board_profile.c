#include "board_profile.h"

#include <string.h>

#include "board_profile_list.h"
#include "host_board.h"
#include "output.h"

static const board_profile *const profiles[] = {&board_profile_an524};

const board_profile *board_profile_find(const char *name)
{
  for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
    if (strcmp(profiles[i]->name, name) == 0) return profiles[i];
  out_error("unknown board '%s'; known: %s", name, profiles[0]->name);
  return NULL;
}

void board_profile_select(const board_profile *p)
{
  static board_map map;
  map = (board_map){
    .name = p->name,
    .flash_bytes = p->flash_bytes,
    .loader_0 = p->loader_0,
    .loader_1 = p->loader_1,
    .loader_bytes = p->loader_bytes,
    .journal = p->journal,
    .slot_a = p->slot_a,
    .slot_b = p->slot_b,
    .slot_bytes = p->slot_bytes,
    .loader_load_base = p->loader_load.base,
    .loader_load_bytes = p->loader_load.bytes,
    .firmware_load_base = p->firmware_load.base,
    .firmware_load_bytes = p->firmware_load.bytes,
    .entry_mark = p->entry_mark,
    .vectors_alignment = p->vectors_alignment,
  };
  host_board_select(&map);
}
