import { resumeCommand } from "#kit/fleet/resume-command.ts";
import type { Deps } from "../deps.ts";
import { FINDINGS } from "./exits.ts";
import { QUEUE } from "./fleet-flags.ts";

export const fleetResume = resumeCommand({
  program: "esoteric-entropy",
  queue: QUEUE,
  findings: FINDINGS,
  folder: ({ stateFolder }: Deps) => stateFolder,
});
