/** How a product is made: the record that everything in this folder works from. Paths are from the root of the checkout. */
import type { Target } from "../native/target.ts";
import type { NativeSources } from "./native.ts";

export interface Recipe {
  /** Of the program, its binaries and its npm package. */
  readonly name: string;
  readonly version: string;
  /** One line. */
  readonly description: string;
  /** As SPDX names it. */
  readonly license: string;
  /** As package.json states it; install scripts and workflows say the same. */
  readonly repository: { readonly type: string; readonly url: string };
  readonly targets: readonly Target[];
  /** Where binaries and what goes with them are put. */
  readonly outFolder: string;
  readonly program: ProgramRecipe;
  /** A product may have no C of its own. */
  readonly native?: NativeSources;
  /** Finds mistakes that neither the bundler nor the C compiler sees. @throws Error */
  readonly check?: () => Promise<void>;
  /** Writes the generated files of the checkout. Returns the paths of those that were not current. */
  readonly generate: () => Promise<readonly string[]>;
  readonly release: ReleaseRecipe;
}

export interface ProgramRecipe {
  /** The entry point. */
  readonly main: string;
  /**
   * Files of their own, which the program imports at run time, so that what runs without them does not load them. Nothing
   * that two of these contain may hold state or be compared by identity: each has its own.
   */
  readonly loadedLater: readonly string[];
  /** Entry points of threads. */
  readonly threads: readonly string[];
  /** Expressions that become constants. */
  readonly define?: (target: Target) => Readonly<Record<string, string>>;
  readonly fittings?: (target: Target) => Promise<readonly Fitting[]>;
}

/** Something that is fitted into a program by a plugin of the bundler. */
export interface Fitting {
  readonly plugin: Bun.BunPlugin;
  /** Packages that are in it besides those that the bundler reads files of, by their folders in package-lock.json. */
  readonly packages: readonly string[];
}

export interface ReleaseRecipe {
  readonly installScript: string;
  /** The Homebrew formula, with words in capitals for what is known once a release is built. */
  readonly formula: string;
  readonly npm: NpmRecipe;
}

export interface NpmRecipe {
  /** The packages with a binary each are `<scope>/<target>`. */
  readonly scope: string;
  /** A script that starts the binary of the package that fits. */
  readonly launcher: string;
  readonly readme: string;
  /** Fields of the launcher's package.json besides the usual ones. */
  readonly fields: object;
  /** Writes the TypeScript library into a folder of the launcher's package. */
  readonly buildLibrary?: (folder: string) => Promise<unknown>;
}

/** The page of the project. */
export function homepage({ repository }: Pick<Recipe, "repository">): string {
  return repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
}

/** The folder that the files of a release are downloaded from. */
export function downloads({ repository }: Pick<Recipe, "repository">, version: string): string {
  return `${homepage({ repository })}/releases/download/v${version}`;
}
