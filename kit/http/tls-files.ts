/** Certificates and their key, from files of the user's. */
import { exposure, readSmallFile } from "../files/small-file.ts";
import type { TlsOptions } from "./listen.ts";

/** A certificate with its chain takes some 10 KB. */
const MAX_PEM_BYTES = 1 << 20;

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}

/**
 * Reads PEM files. None is waited for, or read without end.
 * @param warn told of a private key that other users can read or change, also where it stands beside a certificate
 * @throws InputError
 */
export function readTlsFiles(
  { cert, key, clientCa }: TlsFiles,
  warn: (message: string) => void,
): Pick<TlsOptions, "cert" | "key" | "clientCa"> {
  const pem = (path: string) => {
    const { text, exposed } = readSmallFile(path, MAX_PEM_BYTES);
    if (exposed && PRIVATE.test(text)) warn(exposure(path));
    return text;
  };
  const secret = pem(key);
  return {
    cert: cert === key ? secret : pem(cert),
    key: secret,
    ...(clientCa !== undefined && { clientCa: pem(clientCa) }),
  };
}

/** RFC 7468 §10 and §11, and the older labels with the algorithm. */
const PRIVATE = /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/m;
