import { doctorCommand } from "#kit/fleet/doctor-command.ts";
import { FINDINGS } from "./exits.ts";

export const fleetDoctor = doctorCommand({ program: "cryptex", queue: "cryptex", findings: FINDINGS });
