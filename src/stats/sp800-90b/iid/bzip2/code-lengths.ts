/**
 * Huffman code lengths as bzip2 1.0.8 finds them. Among equally short codes the choice depends on the order in which
 * equal weights leave the heap, and the size of the compressed data depends on the choice. So this is the classical
 * array heap, used in bzip2's order.
 */

/** Longest code: bzip2's limit since 1.0.3. */
const LONGEST = 17;
/** A weight holds the height of the subtree, which breaks ties, in so many low bits, and the frequency above them. */
const HEIGHT_BITS = 8;
const HEIGHT_MASK = (1 << HEIGHT_BITS) - 1;

/** Builds codes of up to `symbols` symbols; its memory is reused for each code. */
export class CodeBuilder {
  readonly #weights: Int32Array;
  readonly #parents: Int32Array;
  /** Nodes in heap order from index 1 on; node 0 at index 0 weighs nothing and ends every climb. */
  readonly #heap: Int32Array;
  #heapSize = 0;

  constructor(symbols: number) {
    this.#weights = new Int32Array(2 * symbols);
    this.#parents = new Int32Array(2 * symbols);
    this.#heap = new Int32Array(symbols + 2);
  }

  /** Writes the code lengths of `count` symbols, whose frequencies and lengths stand from `offset` on. */
  build(frequencies: Int32Array, lengths: Int32Array, offset: number, count: number): void {
    const weights = this.#weights;
    for (let i = 0; i < count; i++) weights[i + 1] = Math.max(1, frequencies[offset + i]!) << HEIGHT_BITS;
    for (;;) {
      this.#buildTree(count);
      if (this.#readLengths(lengths, offset, count) <= LONGEST) return;
      // Flatter weights give a flatter tree.
      for (let i = 1; i <= count; i++) weights[i] = (1 + (weights[i]! >> (HEIGHT_BITS + 1))) << HEIGHT_BITS;
    }
  }

  #buildTree(leaves: number): void {
    const weights = this.#weights;
    const parents = this.#parents;
    const heap = this.#heap;
    this.#heapSize = 0;
    heap[0] = 0;
    weights[0] = 0;
    for (let leaf = 1; leaf <= leaves; leaf++) this.#push(leaf);
    for (let node = leaves + 1; this.#heapSize > 1; node++) {
      const a = this.#pop();
      const b = this.#pop();
      parents[a] = node;
      parents[b] = node;
      const height = 1 + Math.max(weights[a]! & HEIGHT_MASK, weights[b]! & HEIGHT_MASK);
      weights[node] = ((weights[a]! & ~HEIGHT_MASK) + (weights[b]! & ~HEIGHT_MASK)) | height;
      this.#push(node);
    }
    parents[heap[1]!] = 0;
  }

  #push(node: number): void {
    const heap = this.#heap;
    const weights = this.#weights;
    const weight = weights[node]!;
    let at = ++this.#heapSize;
    for (; weight < weights[heap[at >> 1]!]!; at >>= 1) heap[at] = heap[at >> 1]!;
    heap[at] = node;
  }

  #pop(): number {
    const heap = this.#heap;
    const weights = this.#weights;
    const top = heap[1]!;
    const moved = heap[this.#heapSize--]!;
    const weight = weights[moved]!;
    let at = 1;
    for (let child = 2; child <= this.#heapSize; child = 2 * at) {
      if (child < this.#heapSize && weights[heap[child + 1]!]! < weights[heap[child]!]!) child++;
      if (weight < weights[heap[child]!]!) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
    return top;
  }

  #readLengths(lengths: Int32Array, offset: number, count: number): number {
    const parents = this.#parents;
    let longest = 0;
    for (let i = 0; i < count; i++) {
      let length = 0;
      for (let node = parents[i + 1]!; node > 0; node = parents[node]!) length++;
      lengths[offset + i] = length;
      longest = Math.max(longest, length);
    }
    return longest;
  }
}
