/** Symbolic links, followed to where a file is, or will be. */
import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** More links in a row than that lead nowhere, for Linux. */
const MOST_LINKS = 40;

/**
 * Follows links, also those whose end is not there yet.
 * @returns a path that is no link; links in a circle are left to whoever opens it
 */
export function endOfLinks(path: string): string {
  let end = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = linkAt(end);
    if (next === undefined) return end;
    end = resolve(realFolder(end), next);
  }
  return path;
}

/** Names a place by the one path that has no link in it; the last part need not be there. */
export function placeOf(path: string): string {
  const end = endOfLinks(path);
  return join(realFolder(end), basename(end));
}

/** Names an open file of this process that a path stands for: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`, and links to them. */
export function descriptorAt(path: string): number | undefined {
  let end = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = DESCRIPTOR.exec(end);
    if (found && (found[1] === undefined || found[1] === `${process.pid}`)) return Number(found[2]);
    const stream = STREAMS.indexOf(end);
    if (stream >= 0) return stream;
    const next = linkAt(end);
    if (next === undefined) return undefined;
    end = resolve(dirname(end), next);
  }
  return undefined;
}

const DESCRIPTOR = /^(?:\/dev|\/proc\/(?:self|thread-self|(\d+)))\/fd\/(\d+)$/;
const STREAMS = ["/dev/stdin", "/dev/stdout", "/dev/stderr"];

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Names the folder of a path by the path that has no link in it; as it is written where it is not there. */
export function realFolder(path: string): string {
  const folder = dirname(resolve(path));
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
