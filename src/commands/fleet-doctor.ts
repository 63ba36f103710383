import { doctorCommand } from "#kit/fleet/doctor-command.ts";
import { FINDINGS } from "./exits.ts";
import { QUEUE } from "./fleet-flags.ts";

export const fleetDoctor = doctorCommand({
  program: "esoteric-entropy",
  queue: QUEUE,
  findings: FINDINGS,
});
