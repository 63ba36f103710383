import type { LockEntries } from "./package-lock.ts";

export function dependencyFolders(entries: LockEntries, folder: string): string[];
export function ownPackages(entries: LockEntries): Set<string>;
