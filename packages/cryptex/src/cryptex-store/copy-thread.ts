/** Thread that copies a store. */
import { serve, stopIfCancelled } from "#kit/thread.ts";
import type { CopyRequest } from "./copy-store.ts";
import { openStore } from "./store.ts";

void serve<CopyRequest, void>(({ from, to }, { cancel }) => {
  using store = openStore(from);
  stopIfCancelled(cancel); // its file is gone, and would be made again
  store.copyInto(to);
});
