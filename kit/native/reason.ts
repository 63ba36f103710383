/** What an error says, without its name. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
