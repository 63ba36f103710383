/** The views, in the order of the menu. `g` and its key lead to each. */
export const VIEWS = [
  { id: "scans", title: "Scans", key: "s" },
  { id: "rules", title: "Rules", key: "r" },
  { id: "dictionary", title: "Dictionary", key: "d" },
  { id: "gap", title: "Gap", key: "p" },
  { id: "engine", title: "Engine", key: "e" },
] as const;

export type ViewId = (typeof VIEWS)[number]["id"];
