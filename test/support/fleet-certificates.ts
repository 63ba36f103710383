/** Certificates of packaging/nats, and servers that take them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NatsServer } from "./nats-server.ts";
import { stdoutOf } from "./run-process.ts";

export const PACKAGING = join(import.meta.dirname, "../../packaging/nats");
const SCRIPT = join(PACKAGING, "make-certificates.sh");

/** Makes `server.pem` in a folder. @param days negative for one that has expired */
export async function serverCertificate(folder: string, names: string, days = 30): Promise<void> {
  await stdoutOf([SCRIPT, folder, "server", names], { env: { ...process.env, DAYS: `${days}` } });
}

/** Makes a client's certificate. @returns path of its file of context for a server at this port */
export async function clientContext(folder: string, name: string, port: number, days = 30): Promise<string> {
  const env = { ...process.env, DAYS: `${days}`, SERVERS: `tls://127.0.0.1:${port}` };
  await stdoutOf([SCRIPT, folder, "client", name], { env });
  return join(folder, `${name}.json`);
}

/** Changes members of a file of context. @returns its path */
export function changedContext(
  path: string,
  members: Readonly<Record<string, unknown>>,
  name: string,
): string {
  const changed = join(path, "..", `${name}.json`);
  writeFileSync(changed, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...members }));
  return changed;
}

/** The whole configuration that is shipped, of a server in a cluster, with these folders. */
export function clusterConfig(folder: string, data: string): string {
  const text = readFileSync(join(PACKAGING, "nats-server.conf"), "utf8");
  return text.replaceAll("/certificates/", `${folder}/`).replace('"/data"', `"${data}"`);
}

/** The configuration that is shipped, from its `tls` on, for one server with certificates of this folder. */
export function shippedConfig(folder: string): string {
  const text = readFileSync(join(PACKAGING, "nats-server.conf"), "utf8");
  const from = text.indexOf("\ntls {");
  return text.slice(from, text.indexOf("# Of a server alone")).replaceAll("/certificates/", `${folder}/`);
}

/** The least that names a client by its certificate. @param users common names of those who may do everything */
export function plainConfig(folder: string, users: readonly string[], more = ""): string {
  return `
tls { cert_file: "${folder}/server.pem", key_file: "${folder}/server.key", ca_file: "${folder}/ca.pem", verify_and_map: true ${more} }
accounts { A { jetstream: enabled, users: [${users.map((name) => `{ user: "CN=${name}" }`).join(", ")}] }, SYS {} }
system_account: SYS`;
}

/** Starts a server with a certificate for these names, and with `trial` as the one client. */
export async function secureServer(
  folder: string,
  { names = "localhost,127.0.0.1", days = 30, more = "" } = {},
): Promise<NatsServer> {
  await serverCertificate(folder, names, days);
  return NatsServer.start({ config: plainConfig(folder, ["trial"], more) });
}
