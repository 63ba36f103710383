/** Where the project lives, as package.json states it; install.sh and the workflows say the same. */
import manifest from "../../package.json" with { type: "json" };

export function homepage(): string {
  return manifest.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
}

/** The folder that the files of a release are downloaded from. */
export function downloads(version: string): string {
  return `${homepage()}/releases/download/v${version}`;
}
