/** Puts the library of MCP into a program without the larger of its two checkers of schemas. */
import type { Fitting } from "#kit/make/recipe.ts";

/**
 * The library checks against JSON schemas what users fill into forms, which no tool here asks for. It has two checkers, and Node
 * gets the one that is eight times the other: 155 KB, and five times that in bytecode.
 */
export function smallerValidator(): Fitting {
  return {
    packages: [],
    plugin: {
      name: "smaller validator of MCP",
      setup(build) {
        build.onLoad({ filter: /@modelcontextprotocol[/\\]server[/\\]dist[/\\]shimsNode\.mjs$/ }, () => ({
          loader: "js",
          contents: `export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";
export { default as process } from "node:process";`,
        }));
      },
    },
  };
}
