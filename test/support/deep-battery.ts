/** Small families that show in what order they see which bytes. */
import { Worker } from "node:worker_threads";
import type { Battery } from "../../src/deep/engine/crew.ts";
import type { Family, Observation, Part } from "../../src/deep/family.ts";

const wordsOf = (state: Uint8Array) => new BigUint64Array(state.buffer, state.byteOffset, state.length / 8);

/** Makes a hash that depends on each byte and its place; refuses bytes that do not follow the last ones. */
function digestPart(id: string, stateBytes: number, rounds: number): Part {
  return {
    id,
    stateBytes,
    prepare: (state) => {
      wordsOf(state)[1] = 14695981039346656037n;
    },
    feed(state, bytes, offset) {
      const words = wordsOf(state);
      if (words[0] !== BigInt(offset)) throw new Error(`${id}: ${offset} does not follow ${words[0]}`);
      let hash = Number(words[1]! & 0xffffffffn);
      for (let i = 0; i < bytes.length; i += 64) {
        for (let round = 0; round < rounds; round++)
          hash = Math.imul(hash ^ bytes[i]! ^ (offset + i), 16777619);
      }
      words[1] = BigInt(hash >>> 0);
      words[0] = BigInt(offset + bytes.length);
      // Some pages of a large state stay zeros.
      for (let at = offset; at < offset + bytes.length; at += 2 ** 16)
        state[16 + ((at / 4) % (state.length - 16))] = 1;
    },
    conclude(state, bytes): Observation[] {
      const [end, hash] = wordsOf(state);
      if (end !== BigInt(bytes)) throw new Error(`${id}: concludes after ${end}, not ${bytes}`);
      const p = 0.02 + (0.98 * Number(hash! & 0xffffn)) / 0x10000;
      const more = { law: () => p }; // which no thread can send to another
      return [
        {
          test: id,
          lane: "",
          n: bytes,
          statistic: Number(hash),
          p,
          among: 1,
          suspicion: "a digest",
          ...more,
        },
      ];
    },
  };
}

/** Finds data in which a byte FF comes: `p` is 1e-30 then. */
const flaw: Part = {
  id: "flaw",
  stateBytes: 16,
  feed(state, bytes) {
    if (bytes.includes(0xff)) wordsOf(state)[0] = 1n;
  },
  conclude: (state, bytes) => [
    {
      test: "flaw",
      lane: "all bytes",
      n: bytes,
      statistic: Number(wordsOf(state)[0]),
      p: wordsOf(state)[0] ? 1e-30 : 1,
      among: 3,
      suspicion: "a byte FF",
      look: "grep for it",
    },
  ],
};

export const FAKE_FAMILIES: readonly Family[] = [
  {
    id: "digests",
    title: "Digests of bytes",
    parts: () => [
      digestPart("quick", 64, 1),
      digestPart("slow", 1 << 16, 3),
      digestPart("large", 1 << 20, 1),
    ],
  },
  { id: "flaws", title: "Flaws that are laid", parts: () => [flaw] },
];

export const FAKE_BATTERY: Battery = {
  families: FAKE_FAMILIES,
  startThread: (shared) => new Worker(new URL("./deep-worker.ts", import.meta.url), { workerData: shared }),
};
