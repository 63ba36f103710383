/**
 * Turns of the event loop as a measure of promptness. A turn is a timer of 1 ms. A busy machine makes turns longer, but timers
 * still fire in the order in which they are due: what waits for less than 100 ms is done before the hundredth turn.
 */

/** The most turns between being told to stop and having stopped. */
export const FEW_TURNS = 100;

/** Counts the turns until `promise` is settled either way; `most` + 1 if it is not after `most`. */
export async function turnsUntilSettled(promise: Promise<unknown>, most = FEW_TURNS): Promise<number> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let turns = 0; turns <= most; turns++) {
    if (settled) return turns;
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
  }
  return most + 1;
}
