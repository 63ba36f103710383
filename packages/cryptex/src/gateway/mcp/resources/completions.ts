/** Completion of names in URIs of resources. */
import { ServiceError } from "../../service-error.ts";
import type { McpServices } from "../tool.ts";

/** Names that are looked at, of which a client gets a hundred: schema of MCP, CompleteResult. */
const MOST_FOUND = 1_000;

export class Completions {
  constructor(
    private readonly services: McpServices,
    /** Told of errors that are this program's own. */
    private readonly report: (error: unknown) => void,
  ) {}

  codenames(value: string): Promise<string[]> {
    return this.#names(value, () => {
      const { entries } = this.services.dictionary.find({
        ...(value !== "" && { words: [value] }),
        limit: MOST_FOUND,
      });
      return entries.map(({ codename }) => codename);
    });
  }

  sets(value: string): Promise<string[]> {
    return this.#names(value, async () => (await this.services.ruleSets.list()).map(({ name }) => name));
  }

  rules(value: string, ruleset: string | undefined): Promise<string[]> {
    return this.#names(value, async () => {
      const query = { ruleset, limit: MOST_FOUND, ...(value !== "" && { text: value }) };
      const { rules } = await this.services.ruleSets.find(query);
      return rules.map(({ name }) => name);
    });
  }

  digests(value: string): Promise<string[]> {
    return this.#names(value, () => this.services.artifacts.list(MOST_FOUND).map(({ digest }) => digest));
  }

  /** Names that begin with what was typed go before those that have it inside. What cannot be found has no names. */
  async #names(value: string, find: () => string[] | Promise<string[]>): Promise<string[]> {
    const typed = value.toLowerCase();
    const names = await this.#found(find);
    const holding = [...new Set(names)].filter((name) => name.toLowerCase().includes(typed));
    const isFirst = (name: string) => name.toLowerCase().startsWith(typed);
    return [...holding.filter(isFirst), ...holding.filter((name) => !isFirst(name))];
  }

  async #found(find: () => string[] | Promise<string[]>): Promise<string[]> {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof ServiceError)) this.report(error);
      return [];
    }
  }
}
