/** The 64-bit numbers with which states begin, by which the native loops find their way. */

/** @throws Error unless the state has `bytes` bytes */
export function numbersOf(state: Uint8Array, bytes: number): BigUint64Array {
  if (state.length !== bytes) throw damaged();
  return new BigUint64Array(state.buffer, state.byteOffset, Math.floor(bytes / 8));
}

export function damaged(): Error {
  return new Error("the state of a test is damaged: begin anew");
}
