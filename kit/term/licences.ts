/**
 * The licences of everything inside the program. kit/make puts another module in this one's place in a compiled binary, which
 * reads them from a file inside it: whatever does not ask for them does not load them.
 */
export async function licences(): Promise<string> {
  return "Run from source: LICENSE is this program's licence, and each package in node_modules has its own.\nA built program prints them all.\n";
}
