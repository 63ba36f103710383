import { doctorCommand } from "#kit/fleet/doctor-command.ts";
import { isHuntsQueue } from "../fleet/hunt.ts";
import { FINDINGS } from "./exits.ts";

export const fleetDoctor = doctorCommand({
  program: "cryptex",
  queue: "cryptex",
  goesToAll: isHuntsQueue,
  findings: FINDINGS,
});
