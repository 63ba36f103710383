import { resumeCommand } from "#kit/fleet/resume-command.ts";
import type { Deps } from "../deps.ts";
import { FINDINGS } from "./exits.ts";

export const fleetResume = resumeCommand({
  program: "esoteric-entropy",
  queue: "entropy",
  findings: FINDINGS,
  folder: ({ stateFolder }: Deps) => stateFolder,
});
