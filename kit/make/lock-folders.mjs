/**
 * Follows the dependencies of package-lock.json from folder to folder. Plain JavaScript that imports nothing, for bootstrap.mjs runs
 * before anything is installed.
 */

/** Finds where the packages lie that the one in `folder` depends on, as Node does: in the nearest folder upwards. */
export function dependencyFolders(entries, folder) {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entries[folder];
  const names = Object.keys({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
    ...peerDependencies,
  });
  return names.flatMap((name) => {
    for (let from = folder; ; from = from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/")))) {
      const candidate = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
      if (Object.hasOwn(entries, candidate)) return [candidate];
      if (from === "") return []; // optional, and left out
    }
  });
}

/**
 * Lists the packages that the project itself takes, by their folders: all but those that are there for a workspace alone. The lock
 * file does not mark these.
 */
export function ownPackages(entries) {
  const found = new Set([""]);
  // A set that grows is visited to its end.
  for (const folder of found) for (const each of dependencyFolders(entries, folder)) found.add(each);
  found.delete("");
  return found;
}
