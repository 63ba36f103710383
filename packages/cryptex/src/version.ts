/** Both programs of the repository are released together, under one version. */
import manifest from "../../../package.json" with { type: "json" };

export const VERSION: string = manifest.version;
