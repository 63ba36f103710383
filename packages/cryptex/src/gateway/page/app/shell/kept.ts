/** Things that the browser keeps for the page. Where it keeps nothing, as in some private windows, the page works all the same. */

export function readKept(storage: "localStorage" | "sessionStorage", key: string): string | undefined {
  try {
    return globalThis[storage].getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param value undefined to forget it */
export function keep(
  storage: "localStorage" | "sessionStorage",
  key: string,
  value: string | undefined,
): void {
  try {
    if (value === undefined) globalThis[storage].removeItem(key);
    else globalThis[storage].setItem(key, value);
  } catch {
    // It is gone with the page, then.
  }
}
