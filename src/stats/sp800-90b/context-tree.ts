/**
 * The contexts (last symbols) that a predictor has seen, and the symbols that followed them. Each step down adds the
 * symbol one further back, so the contexts of all lengths at one place lie on one path.
 */

export const ROOT = 0;
/** No node. The root has the same number, but is nobody's child. */
export const NONE = 0;

/** Fields of a node, side by side so that one cache line holds them. */
const FIELDS = 4;
const COUNT = 0;
const SUCCESSOR = 1;
const PLACE = 2;
const REACH = 3;

export class ContextTree {
  private readonly children = new PairMap();
  private readonly successors = new PairMap();
  private nodes = new Int32Array(1 << 12);
  private nodeCount = 1;

  /** Returns the context of `node` with one earlier symbol more, or NONE. */
  child(node: number, symbol: number): number {
    return this.children.values[this.children.find((node << 8) | symbol)]!;
  }

  /** Makes that child, without successors. `place` and `reach` are for the caller's use. */
  addChild(node: number, symbol: number, place = 0, reach = 0): number {
    const child = this.nodeCount++;
    if (this.nodeCount * FIELDS > this.nodes.length) {
      const larger = new Int32Array(this.nodes.length * 2);
      larger.set(this.nodes);
      this.nodes = larger;
    }
    this.nodes[child * FIELDS + PLACE] = place;
    this.nodes[child * FIELDS + REACH] = reach;
    const key = (node << 8) | symbol;
    this.children.insert(this.children.find(key), key, child);
    return child;
  }

  place(node: number): number {
    return this.nodes[node * FIELDS + PLACE]!;
  }

  reach(node: number): number {
    return this.nodes[node * FIELDS + REACH]!;
  }

  clearPlace(node: number): void {
    this.nodes[node * FIELDS + PLACE] = 0;
  }

  /** Returns the most frequent successor of a context; of several, the largest. */
  prediction(node: number): number {
    return this.nodes[node * FIELDS + SUCCESSOR]!;
  }

  /** Returns how often that successor followed; 0 for a context without successors. */
  predictionCount(node: number): number {
    return this.nodes[node * FIELDS + COUNT]!;
  }

  /** Counts a successor. A new one is left out unless `mayBeNew`. Returns true if it was new and counted. */
  count(node: number, successor: number, mayBeNew: boolean): boolean {
    const { successors, nodes } = this;
    const key = (node << 8) | successor;
    const at = successors.find(key);
    const count = successors.values[at]! + 1;
    if (count > 1) successors.values[at] = count;
    else if (mayBeNew) successors.insert(at, key, 1);
    else return false;
    const best = nodes[node * FIELDS + COUNT]!;
    if (count > best || (count === best && successor > nodes[node * FIELDS + SUCCESSOR]!)) {
      nodes[node * FIELDS + COUNT] = count;
      nodes[node * FIELDS + SUCCESSOR] = successor;
    }
    return count === 1;
  }
}

/** A hash table from node << 8 | symbol to a number above 0: open addressing, at most half full. */
class PairMap {
  /** Slots of two words: the key plus 1, or 0 where the slot is empty; and the value. */
  values = new Int32Array(1 << 13);
  private shift = 32 - 12;
  private used = 0;

  /** Returns the index of the value of `key`; the value there is 0 if the key is new. Valid until the next `insert`. */
  find(key: number): number {
    const { values } = this;
    const mask = values.length - 1;
    // The factor is 2³² divided by the golden ratio (Knuth, TAOCP 6.4).
    let at = ((Math.imul(key, 0x9e3779b1) >>> this.shift) << 1) | 1;
    for (;;) {
      const stored = values[at - 1]!;
      if (stored === 0 || stored === key + 1) return at;
      at = (at + 2) & mask;
    }
  }

  /** Enters a new key at the index from `find`. */
  insert(at: number, key: number, value: number): void {
    this.values[at - 1] = key + 1;
    this.values[at] = value;
    if (++this.used * 4 > this.values.length) this.grow();
  }

  private grow(): void {
    const old = this.values;
    this.values = new Int32Array(old.length * 2);
    this.shift--;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const at = this.find(old[i]! - 1);
      this.values[at - 1] = old[i]!;
      this.values[at] = old[i + 1]!;
    }
  }
}
