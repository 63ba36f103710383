/** Stand-ins for system tools: shell scripts in a folder of their own, run by the real host. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../src/platform/host.ts";
import { currentHost } from "../../src/platform/index.ts";

export interface StandIns extends Disposable {
  readonly host: Host;
  /** Writes data where scripts find it as `$DATA/name`. */
  data(name: string, content: string | Uint8Array): void;
}

/** @param scripts name → text for /bin/sh */
export function standIns(os: Host["os"], scripts: Readonly<Record<string, string>>): StandIns {
  const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nDATA='${folder}'\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return {
    host: { ...currentHost({ settings: { toolFolders: [folder] } }), os },
    data: (name, content) => writeFileSync(join(folder, name), content),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Scripts of tools that do not work. All but the last two keep running until they are killed. */
export const FAULTY = {
  hangs: "exec /bin/sleep 1000",
  "hangs and holds on": "trap '' TERM INT HUP; /bin/sleep 1000 & wait",
  "prints lines without end": "while :; do echo nonsense nonsense nonsense; done",
  "prints without end and without lines": "exec /bin/cat /dev/zero",
  crashes: "kill -SEGV $$",
  "ends at once": "exit 0",
} as const;
