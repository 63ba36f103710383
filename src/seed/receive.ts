/** From servers into the system's own generator: the way of a seed on the machine that needs it. */
import { randomBytes } from "node:crypto";
import { readTokenFile } from "#kit/http/token-file.ts";
import { readLineage } from "#kit/signing/keyring.ts";
import { fetchSeeds, type SeedRequest } from "./fetch-seeds.ts";
import { readIdentityFile } from "./identity-file.ts";
import type { SignedManifest } from "./manifest.ts";
import { type Count, combined, mixIn, SYSTEM_DEVICE } from "./mix.ts";

export interface ReceiveOptions extends Pick<SeedRequest, "servers" | "need" | "timeoutMs"> {
  /** Files: the identity, the public keys of servers, the token. */
  readonly identity: string;
  readonly pin: readonly string[];
  readonly tokenFile: string | undefined;
}

export interface ReceiveTools {
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
  /** Undefined: nothing is counted. */
  readonly count?: Count | undefined;
  /** Takes what is mixed in. Default: the system's. */
  readonly device?: string;
}

export type Received = SignedManifest & { readonly url: string };

/** Hashes seeds with output of the system's own generator, and writes that to it. @throws as `fetchSeeds`, `mixIn` */
export async function receiveSeeds(
  { identity, pin, tokenFile, ...request }: ReceiveOptions,
  { signal, warn, count, device = SYSTEM_DEVICE }: ReceiveTools,
): Promise<Received[]> {
  const seeds = await fetchSeeds({
    ...request,
    identity: await readIdentityFile(identity, warn),
    trusted: pin.map(readLineage),
    token: tokenFile === undefined ? undefined : readTokenFile(tokenFile, warn),
    signal,
    onFailure: ({ host }, reason) => warn(`${host}: ${reason}`),
  });
  const own = randomBytes(64);
  const block = combined(
    seeds.map(({ manifest: { key }, seed }) => ({ key, seed })),
    own,
  );
  try {
    mixIn(block, device, count);
  } finally {
    for (const secret of [own, block, ...seeds.map(({ seed }) => seed)]) secret.fill(0);
  }
  return seeds.map(({ url, manifest }) => ({ url: url.href, ...manifest }));
}
