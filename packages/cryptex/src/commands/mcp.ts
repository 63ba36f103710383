/** `mcp`: rules, scans and the dictionary for agents, over standard input and output. */
import { isatty } from "node:tty";
import { UsageError } from "#kit/errors.ts";
import { command } from "#kit/term/command.ts";
import { flag, group } from "#kit/term/flags.ts";
import { stdinPieces } from "#kit/term/standard-input.ts";
import type { Deps } from "../deps.ts";
import { SCOPES } from "../gateway/scopes.ts";
import { authorOf, BY_FLAG } from "./dict-flags.ts";
import { SERVICE_FLAGS, serviceSettings } from "./service-flags.ts";

export const mcp = command({
  name: "mcp",
  description: "Let an agent look up, scan and audit, by the Model Context Protocol",
  details: [
    "Speaks MCP over standard input and output with the client that has started it, until the input ends. Messages go to stderr. The protocols of 2026-07-28 and of 2025 are spoken, as the client likes.",
    "Files are seen below the folders that --root names, and nowhere else. Without --allow-write the tools that change something are not there. Texts of files, rules and the dictionary stand in answers between marks that their writers cannot know, for they may be written to be taken for instructions.",
    "docs/MCP.md has the tools, and what to write into the settings of common clients.",
  ],
  flags: {
    ...SERVICE_FLAGS,
    ...group("What may be done", {
      allowWrite: flag.switch({ about: "Offer the tools that change something: notes and safe indexes" }),
    }),
    ...BY_FLAG,
  },
  examples: [
    "cryptex mcp --rules my-rules/ --root uploads=/srv/uploads",
    "cryptex mcp --root code=. --allow-write --by agent",
  ],
  seeAlso: ["scan", "rules find", "dict find"],
  runsUntilStopped: () => true,
  async run({ allowWrite, by, ...options }, io, { env }: Deps) {
    if (isatty(0)) {
      throw new UsageError("mcp is for programs, not for a terminal", [
        "a client starts it: docs/MCP.md has settings for common ones",
      ]);
    }
    // They load the protocol's library, which no other command needs.
    const [{ openServices }, { serveMcpStdio }] = await Promise.all([
      import("../gateway/services.ts"),
      import("../gateway/mcp/stdio.ts"),
    ]);
    await using services = openServices(await serviceSettings(options, io, env));
    const access = { author: authorOf(by, env), scopes: new Set(SCOPES), allowWrite };
    const channel = {
      pieces: stdinPieces,
      write: (text: string) => io.outToTheEnd(text),
    };
    const report = (error: unknown) => io.log.error(error instanceof Error ? error.stack : String(error));
    await serveMcpStdio(services, channel, { access, report, signal: io.signal });
    return undefined;
  },
});
