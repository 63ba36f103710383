import { dataFolder } from "#kit/files/user-folders.ts";
import { resumeCommand } from "#kit/fleet/resume-command.ts";
import type { Deps } from "../deps.ts";
import { FINDINGS } from "./exits.ts";

export const fleetResume = resumeCommand({
  program: "cryptex",
  queue: "cryptex",
  findings: FINDINGS,
  folder: ({ env }: Deps) => dataFolder("cryptex", env),
});
