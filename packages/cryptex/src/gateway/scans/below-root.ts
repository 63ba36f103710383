/** Shows lines of a scan as clients see them: paths begin at the root that they have named. */
import type { ScanEvent, ShownPath } from "../../scan-runner/events.ts";
import { pathOf, shownPath } from "../../scan-runner/paths.ts";

/** @param base real path of the root; all paths in lines are at it or below it */
export function belowRoot(base: string): (line: ScanEvent) => ScanEvent {
  const prefix = base.endsWith("/") ? base : `${base}/`;
  return (line) => {
    if (!("path" in line) || line.path === undefined) return line;
    if (line.path_bytes !== undefined) {
      const path = Buffer.from(line.path_bytes, "base64").toString("latin1");
      return placed(line, shownPath(path.slice(pathOf(prefix).length)));
    }
    if (line.path.startsWith(prefix)) return placed(line, { path: line.path.slice(prefix.length) });
    return placed(line, { path: "." });
  };
}

/** Keeps the order of keys. */
function placed<Line extends ScanEvent>(line: Line, { path, path_bytes }: ShownPath): Line {
  return { ...line, path, ...(path_bytes !== undefined && { path_bytes }) };
}
