/** Paths below the roots, as tools take them. */
import { ServiceError } from "../../service-error.ts";

/** @throws ServiceError that says which roots there are, or how to have any */
export function belowRoot(
  { root, path }: { readonly root: string | undefined; readonly path: string | undefined },
  roots: readonly string[],
): { readonly root: string; readonly path: string } {
  if (roots.length === 0) {
    throw new ServiceError(
      "not-found",
      "no folder may be looked into: whoever starts cryptex names folders with --root NAME=DIR",
    );
  }
  if (root === undefined || path === undefined)
    throw new ServiceError("invalid", `root and path are needed; the roots are ${roots.join(", ")}`);
  return { root, path };
}
