/** Runs gpu_timing in a process of its own, because a process finds its OpenCL when it starts. */
import { dlopen, FFIType } from "bun:ffi";
import { loadLibrary } from "../../../ffi/index.ts";

const [path, fake] = process.argv.slice(2) as [string, string];
const library = loadLibrary({ path });
const samples = new BigUint64Array(100);
const steps: string[] = [];

function step(name: string, action: () => void): void {
  try {
    action();
    steps.push(`${name}: ok`);
  } catch (error) {
    steps.push(`${name}: ${(error as Error).message}`);
  }
}

step("early", () => library.kernel("gpu_timing")(samples));
step("open", () => library.command("gpu_timing", "open"));
step("again", () => library.command("gpu_timing", "open"));
step("sample", () => library.kernel("gpu_timing")(samples));
for (let i = 0; i < 2; i++) step("close", () => library.command("gpu_timing", "close"));

const symbols = dlopen(fake, { fake_opencl_objects: { args: [], returns: FFIType.i32 } }).symbols;
console.log(
  JSON.stringify({ steps, distinct: new Set(samples).size, objects: symbols.fake_opencl_objects() }),
);
