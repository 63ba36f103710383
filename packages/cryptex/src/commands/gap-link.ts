/** `gap link`: declares a port in gap.toml. */
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { linkPort } from "../gap/link.ts";
import { jsonLine } from "./dict-text.ts";
import { ROOT_FLAG } from "./gap-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const gapLink = command({
  name: "gap link",
  description: "Declare in gap.toml which file ports a component, with the component's SHA-256",
  details: [
    "The declaration is checked, and written only if it holds; the rest of gap.toml stays as it is, byte for byte. Where the same is declared already, what is given replaces what is there, and the SHA-256 becomes that of now: say so after a component that was stale has been looked at.",
    "A test is PATH, and has to name a symbol of the port, or PATH#TITLE, and has to hold those words. A component without a file is named by [[component]] in gap.toml.",
  ],
  flags: {
    from: positional.text({
      about: "Component: a path below the root, with #SYMBOL for a part of it; or a name",
    }),
    to: positional.text({ about: "Port: a path below the root" }),
    symbol: many(flag.text({ hint: "NAME", about: "Symbol that the port has to define" })),
    test: many(flag.text({ hint: "PATH", about: "Test that shows it" })),
    missing: flag.text({ hint: "TEXT", about: "What is not ported yet, which keeps it in progress" }),
    responsible: flag.text({ hint: "NAME", about: "Who is responsible for it" }),
    linked: flag.text({ hint: "CODENAME", about: "Entry of the dictionary" }),
    ...ROOT_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex gap link old/crc.c port/crc.rs --symbol crc_update --test port/crc_test.rs"],
  seeAlso: ["gap scan", "gap set"],
  async run({ from, to, symbol, test, missing, responsible, linked, root, format, json }, io, _: Deps) {
    const lists = {
      ...(symbol.length > 0 && { symbols: symbol }),
      ...(test.length > 0 && { tests: test }),
    };
    const component = await linkPort(root, { from, to, ...lists, missing, responsible, linked }, io.signal);
    const { port_status, reason } = component;
    const words = [port_status.replace("_", " "), ...(reason === undefined ? [] : [reason])].join(": ");
    await io.out(
      json || format === "json"
        ? jsonLine(component)
        : `${visible(component.component)} is ${visible(words)}\n`,
    );
    return EXIT.ok;
  },
});
