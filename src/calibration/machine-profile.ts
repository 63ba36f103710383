import type { Host } from "../platform/host.ts";
import { identifyMachine } from "./machine.ts";
import { mismatch } from "./profile.ts";
import { profilePath, type ReadProfile, readProfile } from "./profile-file.ts";

/** The profile that was made on this machine by this version of the program, or why the one there is cannot be used. */
export function machineProfile(folder: string | undefined, host: Host, version: string): ReadProfile {
  if (folder === undefined) return { kind: "absent" };
  const found = readProfile(profilePath(folder));
  if (found.kind !== "read") return found;
  const reason = mismatch(found.profile, identifyMachine(host), version);
  return reason === undefined ? found : { kind: "refused", reason };
}
