/**
 * Resolves with the reason of a promise's rejection. `expect(…).rejects` waits inside a nested event loop that looks around
 * once a second, which is too slow for tests that measure how fast an error comes.
 */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was not rejected");
}
