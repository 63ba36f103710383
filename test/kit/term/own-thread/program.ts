import { runProgram } from "#kit/term/program.ts";
import { product } from "./product.ts";

process.exit(await runProgram(product, process.argv.slice(2)));
