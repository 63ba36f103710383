/** Flags about sources that several commands share. */
import type { ArgsDef } from "citty";
import type { Settings } from "../platform/host.ts";

/** What sources need to know; for commands that name one source. */
export const SETTINGS_ARGS = {
  offline: { type: "boolean", description: "Use no source that touches the network, even if named" },
  resolver: {
    type: "string",
    valueHint: "ADDR",
    description: "DNS server for dns_timing; default: the system's",
  },
  connect: { type: "string", valueHint: "HOST:PORT", description: "Where tcp_connect connects to" },
  scratch: {
    type: "string",
    valueHint: "FOLDER",
    description: "Folder for files that disk sources measure with",
  },
} satisfies ArgsDef;

/** For commands that use several. */
export const SOURCES_ARGS = {
  sources: {
    type: "string",
    valueHint: "LIST",
    default: "default",
    description: "Ids, families, default, fast, all; -id takes away",
  },
  ...SETTINGS_ARGS,
} satisfies ArgsDef;

export function settingsOf(args: Record<string, unknown>): Partial<Settings> {
  const text = (name: string) => (args[name] === undefined ? undefined : String(args[name]));
  return {
    offline: args["offline"] === true,
    resolver: text("resolver"),
    connectTo: text("connect"),
    scratchFolder: text("scratch"),
  };
}
