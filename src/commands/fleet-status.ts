import { statusCommand } from "#kit/fleet/status-command.ts";
import { SHORTAGE } from "./exits.ts";

export const fleetStatus = statusCommand({
  program: "esoteric-entropy",
  queue: "entropy",
  notWell: SHORTAGE,
});
