/** Reads an archive that lies in memory, member by member. Nothing is ever written; a fault costs what it must, and is said. */
import { LimitReached } from "./limits.ts";
import type { Found } from "./member.ts";
import { type ArchiveRequest, TimedOut } from "./reading.ts";
import { streamMembers } from "./stream-members.ts";
import { zipMembers } from "./zip-members.ts";

/** Yields what an archive holds. @throws what the request's check throws */
export function* membersOf(request: ArchiveRequest): Generator<Found, void> {
  try {
    yield* request.kind === "zip" ? zipMembers(request) : streamMembers(request);
  } catch (error) {
    if (!(error instanceof LimitReached) && !(error instanceof TimedOut)) throw error;
    const reason = `${error.message}: the rest was not evaluated`;
    yield { kind: "error", name: undefined, reason, complete: false };
  }
}
