import type { Assess } from "../../src/rbg/noise.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";

/** Assesses in this thread: tests have time. */
export const assessHere: Assess = async (symbols, bitsPerSymbol) => assess(symbols, bitsPerSymbol).minEntropy;
