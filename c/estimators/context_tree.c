#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context_tree.h"

#define FIRST_BITS 12
#define FIRST_CAPACITY 1024

int32_t ee_context_tree_open(ee_context_tree *tree) {
  memset(tree, 0, sizeof *tree);
  tree->children.bits = tree->successors.bits = FIRST_BITS;
  tree->children.slots = calloc((size_t)1 << FIRST_BITS, sizeof(ee_pair_slot));
  tree->successors.slots = calloc((size_t)1 << FIRST_BITS, sizeof(ee_pair_slot));
  tree->nodes = calloc(FIRST_CAPACITY, sizeof(ee_context));
  tree->capacity = FIRST_CAPACITY;
  tree->node_count = 1;
  return tree->children.slots == NULL || tree->successors.slots == NULL || tree->nodes == NULL ? -ENOMEM : 0;
}

void ee_context_tree_close(ee_context_tree *tree) {
  free(tree->children.slots);
  free(tree->successors.slots);
  free(tree->nodes);
}

static int32_t reserve_pairs(ee_pair_map *map, int32_t more) {
  if ((map->used + more) >> (map->bits - 1) == 0) return 0;
  ee_pair_map larger = {.bits = map->bits + 1, .used = map->used};
  larger.slots = calloc((size_t)1 << larger.bits, sizeof(ee_pair_slot));
  if (larger.slots == NULL) return -ENOMEM;
  for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
    const ee_pair_slot slot = map->slots[i];
    if (slot.key != 0) *ee_pair_find(&larger, slot.key - 1) = slot;
  }
  free(map->slots);
  *map = larger;
  return 0;
}

int32_t ee_context_tree_reserve(ee_context_tree *tree, int32_t more) {
  if (tree->node_count + more > tree->capacity) {
    ee_context *larger = realloc(tree->nodes, (size_t)tree->capacity * 2 * sizeof *larger);
    if (larger == NULL) return -ENOMEM;
    tree->nodes = larger;
    tree->capacity *= 2;
  }
  const int32_t error = reserve_pairs(&tree->children, more);
  return error != 0 ? error : reserve_pairs(&tree->successors, more);
}
