/** Who may reach the gateway, and who may do what: from files and addresses to rules of access and TLS. */
import { basename, extname } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { type AccessRules, isLoopback, type Token } from "#kit/http/access.ts";
import type { Address, TlsOptions } from "#kit/http/listen.ts";
import { readTlsFiles, type TlsFiles } from "#kit/http/tls-files.ts";
import { readTokenFile } from "#kit/http/token-file.ts";
import { TOKEN_PROTOCOL } from "./http/routes-events.ts";
import type { TokenFlag } from "./scopes.ts";

export interface ProtectionSettings {
  readonly address: Address;
  readonly tokens: readonly TokenFlag[];
  readonly tls?: TlsFiles | undefined;
  /** Key exchange that a quantum computer does not undo, and no other. */
  readonly pqc: boolean;
  /** Serves other machines without tokens or TLS. */
  readonly insecure: boolean;
  /** Web sites whose scripts may ask. */
  readonly origins: readonly string[];
}

export interface Protection {
  readonly access: AccessRules;
  readonly tls?: TlsOptions;
}

/** Hybrid of X25519 and ML-KEM-768: https://datatracker.ietf.org/doc/draft-ietf-tls-ecdhe-mlkem/ */
const QUANTUM_SAFE = ["X25519MLKEM768"];

/** @param warn told what others can do @throws UsageError for an address that is not protected; InputError for files */
export function protectionOf(settings: ProtectionSettings, warn: (message: string) => void): Protection {
  const { address, origins, pqc, tls } = settings;
  const isSocket = "unix" in address;
  if (!isSocket && !isLoopback(address.hostname)) requireProtection(settings, warn);
  const tokens = tokensOf(settings.tokens, warn);
  return {
    access: {
      hosts: isSocket || !isLoopback(address.hostname) ? "any" : "loopback",
      origins,
      tokens: tokens.length === 0 ? undefined : { tokens, realm: "cryptex", protocolPrefix: TOKEN_PROTOCOL },
    },
    ...(tls && {
      tls: {
        ...readTlsFiles(tls, warn),
        ...(pqc && { keyExchangeGroups: QUANTUM_SAFE }),
        only13: true,
      },
    }),
  };
}

/** @throws UsageError without tokens and TLS, unless --insecure was given */
function requireProtection(
  { tokens, tls, insecure }: ProtectionSettings,
  warn: (message: string) => void,
): void {
  const missing = [
    ...(tokens.length === 0
      ? ["without a token, whoever reaches it could scan files and change the dictionary"]
      : []),
    ...(tls === undefined ? ["without TLS, tokens and results could be read on their way"] : []),
  ];
  if (missing.length === 0) return;
  if (!insecure) {
    throw new UsageError(`other machines could reach the gateway: ${missing.join("; ")}`, [
      "--token SCOPES=FILE, and --tls-cert F --tls-key F",
      "--insecure serves them all the same",
    ]);
  }
  for (const what of missing) warn(what);
}

/** @throws InputError for files that hold no token, and for two of one name or one token */
function tokensOf(flags: readonly TokenFlag[], warn: (message: string) => void): Token[] {
  const tokens: Token[] = [];
  for (const { scopes, file } of flags) {
    const hint = `openssl rand -base64 24 > ${file}`;
    const token = readTokenFile(file, warn, [hint]);
    const name = basename(file, extname(file));
    if (tokens.some((other) => other.name === name)) {
      throw new InputError(`two tokens are called ${visible(name)}`, {
        hints: [
          "histories name the author of a change by the name of the file: give the files different ones",
        ],
      });
    }
    if (tokens.some((other) => other.token === token))
      throw new InputError(`${visible(file)} holds the same token as another file`);
    tokens.push({ name, token, scopes: new Set(scopes) });
  }
  return tokens;
}
