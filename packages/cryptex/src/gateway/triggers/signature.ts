/** Signatures of deliveries, as Standard Webhooks has them: https://github.com/standard-webhooks/standard-webhooks */
import { createHmac, randomBytes } from "node:crypto";
import { ServiceError } from "../service-error.ts";

const PREFIX = "whsec_";
/** Bytes of secrets that are made here: as many as the hash has. */
const SECRET_BYTES = 32;
/** The standard asks for 24 to 64. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString("base64");
}

/** @throws ServiceError "invalid" */
export function checkSecret(secret: string): void {
  if (!secret.startsWith(PREFIX)) return;
  const text = secret.slice(PREFIX.length);
  const key = Buffer.from(text, "base64");
  const isPlain = key.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  if (!isPlain || key.length < LEAST_BYTES || key.length > MOST_BYTES)
    throw new ServiceError(
      "invalid",
      `secret: ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64 must follow ${PREFIX}`,
    );
}

/** @param timestamp seconds since 1970 */
export function signatureOf(secret: string, id: string, timestamp: number, body: string): string {
  const isStandard = secret.startsWith(PREFIX);
  const key = isStandard ? Buffer.from(secret.slice(PREFIX.length), "base64") : Buffer.from(secret);
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
