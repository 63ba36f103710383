/** A certificate for 127.0.0.1 that only who knows it trusts. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdoutOf } from "../../../../test/support/run-process.ts";

export const OPENSSL = Bun.which("openssl");

/** @returns PEM texts */
export async function selfSigned(): Promise<{ cert: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), "self-signed-"));
  try {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await stdoutOf([
      ...[OPENSSL!, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-days", "2", "-subj", "/CN=gateway", "-addext", "subjectAltName=IP:127.0.0.1"],
      ...["-keyout", key, "-out", cert],
    ]);
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
