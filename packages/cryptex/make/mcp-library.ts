/** Puts the library of MCP into a program without its checkers of JSON schemas. */
import type { Fitting } from "#kit/make/recipe.ts";

/** The library checks with them what users fill into forms, which no tool here asks for; the one that Node gets has 155 KB. */
export function withoutFormChecks(): Fitting {
  return {
    packages: [],
    plugin: {
      name: "MCP without checks of forms",
      setup(build) {
        build.onLoad({ filter: /@modelcontextprotocol[/\\]server[/\\]dist[/\\]shimsNode\.mjs$/ }, () => ({
          loader: "js",
          contents: `export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new Error("this program has nothing to check forms with");
  }
}
export { default as process } from "node:process";`,
        }));
      },
    },
  };
}
