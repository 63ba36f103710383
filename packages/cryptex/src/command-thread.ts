/** Thread of a command that has one of its own. */
import { serveCommand } from "#kit/term/command-thread.ts";
import { product } from "./product.ts";

void serveCommand(product);
