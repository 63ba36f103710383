/* The contexts that a predictor has seen, and what followed them: src/stats/sp800-90b/context-tree.ts, where it is explained. */
#ifndef EE_CONTEXT_TREE_H
#define EE_CONTEXT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EE_ROOT 0
/* The root has the same number, but is nobody's child. */
#define EE_NO_NODE 0

typedef struct {
  /* The key plus 1, or 0 where the slot is empty. */
  uint32_t key;
  int32_t value;
} ee_pair_slot;

/* A hash table from node << 8 | symbol to a number above 0: open addressing, at most half full. */
typedef struct {
  ee_pair_slot *slots;
  int32_t bits;
  int32_t used;
} ee_pair_map;

typedef struct {
  /* The most frequent successor of the context, of several the largest, and how often it followed; 0 for none. */
  int32_t count;
  int32_t successor;
  /* For the predictor's use. */
  int32_t place;
  int32_t reach;
} ee_context;

typedef struct {
  ee_pair_map children;
  /* How often each successor but the most frequent one followed: what stands here of that one is old. */
  ee_pair_map successors;
  ee_context *nodes;
  int32_t node_count;
  int32_t capacity;
} ee_context_tree;

/* Return 0 or -ENOMEM. A tree is closed in any case. */
int32_t ee_context_tree_open(ee_context_tree *tree);
/* Makes room for so many more nodes and successors, which the functions below take for granted. */
int32_t ee_context_tree_reserve(ee_context_tree *tree, int32_t more);
void ee_context_tree_close(ee_context_tree *tree);

static inline ee_pair_slot *ee_pair_find(const ee_pair_map *map, uint32_t key) {
  const uint32_t mask = ((uint32_t)1 << map->bits) - 1;
  /* The factor is 2^32 divided by the golden ratio (Knuth, TAOCP 6.4). */
  uint32_t at = key * 0x9e3779b1u >> (32 - map->bits);
  while (map->slots[at].key != 0 && map->slots[at].key != key + 1) at = (at + 1) & mask;
  return &map->slots[at];
}

static inline uint32_t ee_pair_key(int32_t node, uint8_t symbol) { return (uint32_t)node << 8 | symbol; }

/* Returns the context of `node` with one earlier symbol more, or EE_NO_NODE. */
static inline int32_t ee_context_child(const ee_context_tree *tree, int32_t node, uint8_t symbol) {
  return ee_pair_find(&tree->children, ee_pair_key(node, symbol))->value;
}

/* Makes that child, without successors. */
static inline int32_t ee_context_add(ee_context_tree *tree, int32_t node, uint8_t symbol, int32_t place, int32_t reach) {
  const int32_t child = tree->node_count++;
  tree->nodes[child] = (ee_context){.place = place, .reach = reach};
  const uint32_t key = ee_pair_key(node, symbol);
  *ee_pair_find(&tree->children, key) = (ee_pair_slot){.key = key + 1, .value = child};
  tree->children.used++;
  return child;
}

/* Enters the count of the most frequent successor, which until then stands in the node alone. */
static inline void ee_context_dethrone(ee_context_tree *tree, int32_t node) {
  const ee_context *context = &tree->nodes[node];
  const uint32_t key = ee_pair_key(node, (uint8_t)context->successor);
  ee_pair_slot *slot = ee_pair_find(&tree->successors, key);
  tree->successors.used += slot->key == 0;
  *slot = (ee_pair_slot){.key = key + 1, .value = context->count};
}

/* Counts a successor. A new one is left out unless `may_be_new`. Returns true if it was new and counted. */
static inline bool ee_context_count(ee_context_tree *tree, int32_t node, uint8_t successor, bool may_be_new) {
  ee_context *context = &tree->nodes[node];
  if (context->count > 0 && successor == context->successor) {
    context->count++;
    return false;
  }
  if (context->count == 0) {
    if (may_be_new) *context = (ee_context){1, successor, context->place, context->reach};
    return may_be_new;
  }
  const uint32_t key = ee_pair_key(node, successor);
  ee_pair_slot *slot = ee_pair_find(&tree->successors, key);
  const bool is_new = slot->key == 0;
  if (is_new) {
    if (!may_be_new) return false;
    slot->key = key + 1;
    tree->successors.used++;
  }
  const int32_t count = ++slot->value;
  if (count > context->count || (count == context->count && successor > context->successor)) {
    ee_context_dethrone(tree, node);
    context->count = count;
    context->successor = successor;
  }
  return is_new;
}

#endif
