/**
 * Work that an AbortSignal ends. Everything here rejects with the signal's own reason, never with an AbortError of the
 * platform, and leaves no listener behind. Runs in browsers too.
 */

/** Settles as `work` does, or rejects with the signal's reason if that comes first. The work itself is not cancelled. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) {
    work.catch(() => {}); // nobody waits for it any more
    return Promise.reject(signal.reason);
  }
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const listener = onAbort(signal, () => reject(signal.reason));
  work.then(resolve, reject).finally(() => listener[Symbol.dispose]());
  return promise;
}

/** Waits. @throws the signal's reason */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await orAborted(promise, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}

/**
 * Calls `act` once when the signal is aborted, or right away if it is already.
 * Disposing takes the listener off: `using _ = onAbort(signal, stop)`.
 */
export function onAbort(signal: AbortSignal, act: () => void): Disposable {
  if (signal.aborted) {
    act();
    return { [Symbol.dispose]() {} };
  }
  const listener = () => act();
  signal.addEventListener("abort", listener, { once: true });
  return {
    [Symbol.dispose]: () => signal.removeEventListener("abort", listener),
  };
}
