import { statusCommand } from "#kit/fleet/status-command.ts";
import { INCOMPLETE } from "./exits.ts";

export const fleetStatus = statusCommand({ program: "cryptex", queue: "cryptex", notWell: INCOMPLETE });
