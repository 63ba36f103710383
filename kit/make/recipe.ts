/** Describes how a product is made: everything in this folder works from this record. Paths are from the root of the checkout. */
import type { Target } from "../native/target.ts";
import type { NativeSources } from "./native.ts";

export interface Recipe {
  /** Name of the program and its binaries. */
  readonly name: string;
  readonly version: string;
  /** One line. */
  readonly description: string;
  /** SPDX identifier. */
  readonly license: string;
  /** As package.json states it; install scripts and workflows say the same. */
  readonly repository: { readonly type: string; readonly url: string };
  readonly targets: readonly Target[];
  /** Folder of binaries and everything that goes with them. */
  readonly outFolder: string;
  readonly program: ProgramRecipe;
  /** A product may have no C of its own. */
  readonly native?: NativeSources;
  /** Finds mistakes that neither the bundler nor the C compiler sees. @throws Error */
  readonly check?: () => Promise<void>;
  /** Writes the generated files of the checkout. Returns the paths of those that were not current. */
  readonly generate: () => Promise<readonly string[]>;
  /** Other parts that `build.ts` makes, by the word that asks for one. Each returns the paths of what it wrote. */
  readonly parts?: Readonly<Record<string, () => Promise<readonly string[]>>>;
  readonly release: ReleaseRecipe;
}

/** As much of a recipe as a single binary takes. */
export type BinaryRecipe = Pick<Recipe, "name" | "version" | "repository" | "native" | "program" | "check">;

export interface ProgramRecipe {
  /** The entry point. */
  readonly main: string;
  /** Entry points of threads. */
  readonly threads: readonly string[];
  /** Expressions that become constants. */
  readonly define?: (target: Target) => Readonly<Record<string, string>>;
  readonly fittings?: (target: Target) => Promise<readonly Fitting[]>;
  /** Parts of every binary that are no packages of npm. */
  readonly components?: readonly Component[];
}

/** Software from elsewhere in a program, for the bill of materials and the licences. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  /** Package URL: https://github.com/package-url/purl-spec. */
  readonly purl: string;
  /** The archive that its sources come from; the hash in hexadecimal. */
  readonly source: { readonly url: string; readonly sha256: string };
  /** File with its licence and notices. */
  readonly notices: string;
}

/** Something that a plugin of the bundler puts into a program. */
export interface Fitting {
  readonly plugin: Bun.BunPlugin;
  /** Packages in it whose files the bundler does not read itself, by their folders in package-lock.json. */
  readonly packages: readonly string[];
}

export interface ReleaseRecipe {
  /** Begins the names of files that would be those of another product in the same release: `demo-` for `demo-SHA256SUMS`. */
  readonly prefix: string;
  readonly installScript: string;
  /** The Homebrew formula, with words in capitals for what is known once a release is built. */
  readonly formula: string;
  readonly npm: NpmRecipe;
}

export interface NpmRecipe {
  /** Name of the package with the launcher. */
  readonly name: string;
  /** Begins the names of the packages with a binary, which end with the target. */
  readonly platformPrefix: string;
  /** A script that starts the binary of the package that fits. */
  readonly launcher: string;
  readonly readme: string;
  /** Fields of the launcher's package.json besides the usual ones. */
  readonly fields: object;
  /** Writes the TypeScript library into a folder of the launcher's package. */
  readonly buildLibrary?: (folder: string) => Promise<unknown>;
  /** Packages without a program in them that are released beside. */
  readonly beside?: readonly PackageRecipe[];
}

export interface PackageRecipe {
  /** Has README.md, and a package.json with all but the usual fields; what only its own tests take is left out of the release. */
  readonly folder: string;
  /** Writes what else is in the package. */
  readonly build: (folder: string) => Promise<unknown>;
}

/** Web page of the project. */
export function homepage({ repository }: Pick<Recipe, "repository">): string {
  return repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
}

/** Web folder with the files of a release. */
export function downloads({ repository }: Pick<Recipe, "repository">, version: string): string {
  return `${homepage({ repository })}/releases/download/v${version}`;
}
