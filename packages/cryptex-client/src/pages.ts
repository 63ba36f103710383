/** Lists that come in pages. */

/** A page, with the cursor of the one after it; null if it is the last. */
interface Page {
  readonly next: string | null;
}

/**
 * Yields page after page of a list: `for await (const { rules } of pages((after) => client.rules.find({ q, after }))) …`
 * @param read reads the page behind a cursor; the first without one
 */
export async function* pages<P extends Page>(
  read: (after: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  let after: string | undefined;
  do {
    const page = await read(after);
    yield page;
    after = page.next ?? undefined;
  } while (after !== undefined);
}
