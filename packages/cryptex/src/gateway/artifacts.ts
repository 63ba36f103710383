/** Artifacts as a service: things that tools have made, with what they were made of, by which program, and under which licence. */
import { type Artifact, StoredArtifacts } from "../cryptex-store/artifacts.ts";
import type { Store } from "../cryptex-store/store.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { VERSION } from "../version.ts";
import { ServiceError } from "./service-error.ts";

export interface MadeArtifact {
  /** As a file would be called. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly licence: string;
  /** Names what went in: as the digest of a rule set, and a target. Program, engine and time need not be said. */
  readonly made_of: Readonly<Record<string, unknown>>;
  readonly content: Uint8Array;
}

export interface Artifacts {
  /** @throws ServiceError "too-large" */
  keep(made: MadeArtifact): Artifact;
  /** @throws ServiceError "not-found" */
  get(digest: string): { readonly artifact: Artifact; readonly content: Uint8Array };
  /** Lists the newest ones first. @param after digest of the last one that was seen */
  list(limit: number, after?: string): readonly Artifact[];
}

export function artifactsIn(store: Store, stored = new StoredArtifacts(store)): Artifacts {
  return {
    keep({ name, type, licence, made_of, content }) {
      const engine = `${ENGINE.name} ${ENGINE.version}, sha256:${ENGINE.digest}`;
      const provenance = { program: `cryptex ${VERSION}`, engine, ...made_of };
      const artifact = stored.keep({ name, type, licence, provenance }, content);
      if (artifact) return artifact;
      throw new ServiceError(
        "too-large",
        `an artifact of ${content.length} bytes is more than the store keeps`,
      );
    },
    get(digest) {
      const artifact = stored.get(digest);
      const content = artifact && stored.content(digest);
      if (artifact && content) return { artifact, content };
      throw new ServiceError("not-found", "there is no such artifact, or newer ones have taken its room");
    },
    list: (limit, after) => stored.list(limit, after),
  };
}
