/** Tests as jobs of a fleet: a task whose data are named by reference, and its answer. */
import type { JobBody } from "#kit/fleet/job.ts";
import { InputError } from "../errors.ts";
import type { TestTask } from "../report/threads/test-tasks.ts";
import { VERSION } from "../version.ts";
import { exactText, exactValue } from "./exact-text.ts";
import { type Reference, referenceIn } from "./reference.ts";

const TEST_KIND = "test";

/** Version of the form of job and answer. */
const SCHEMA = 1;

/**
 * Shorter arrays stand in the job itself: they are such as the flags of statistics. A test of data that are as short takes less than the way to
 * another machine and back, some milliseconds.
 */
const LEAST_DATA_BYTES = 4_096;

/** Lists the data of a task, which travel by reference, in the order of the references. */
export function dataOf(task: TestTask): Uint8Array[] {
  const data: Uint8Array[] = [];
  taskText(task, data);
  return data;
}

/** Makes the body of a job. @param data references to what `dataOf` lists, in its order */
export function testJob(task: TestTask, data: readonly Reference[]): JobBody {
  return { kind: TEST_KIND, schema: SCHEMA, version: VERSION, task: taskText(task, []), data };
}

function taskText(task: TestTask, data: Uint8Array[]): string {
  // The number of the data holds for this process alone; a worker numbers them by their digest.
  const portable = task.kind === "permutations" ? { ...task, data: 0 } : task;
  return exactText(portable, (bytes) => (bytes.length < LEAST_DATA_BYTES ? undefined : data.push(bytes) - 1));
}

/** @throws InputError for a job that this version does not do */
export function referencesIn(body: JobBody): Reference[] {
  if (body.kind !== TEST_KIND || body["schema"] !== SCHEMA) {
    throw new InputError(`a worker of version ${VERSION} knows no job '${body.kind}' of this form`);
  }
  if (body["version"] !== VERSION) {
    throw new InputError(
      `the job is of version ${String(body["version"])}, and this worker of version ${VERSION}: their figures may differ`,
    );
  }
  const { data } = body;
  if (!Array.isArray(data)) throw new InputError("a job names no data");
  return data.map(referenceIn);
}

/** Puts the data into their places. @throws InputError for what is no task */
export function taskIn(
  body: JobBody,
  references: readonly Reference[],
  data: readonly Uint8Array[],
): TestTask {
  try {
    const task = exactValue(String(body["task"]), (number) => data[number] ?? missing()) as TestTask;
    if (typeof task?.kind === "string" && task.kind !== "page") {
      return task.kind === "permutations"
        ? { ...task, data: numberOf(references, task.bitsPerSymbol) }
        : task;
    }
  } catch (cause) {
    throw new InputError("a job's task cannot be understood", { cause });
  }
  throw new InputError("a job holds no task");
}

function missing(): never {
  throw new RangeError("a task names data that it does not have");
}

/** Numbers the data of a chunk of permutations by their digest, so that a thread knows those that it has prepared: 48 bits of it. */
function numberOf([data]: readonly Reference[], bitsPerSymbol: number): number {
  return data === undefined ? -1 : 8 * Number.parseInt(data.sha256.slice(0, 12), 16) + bitsPerSymbol - 1;
}

/** Where an answer is: in the result itself, or by its digest in the object store. */
type AnswerPlace = { readonly here: string } | { readonly object: string };

/** @param put takes what is too large for a message into the object store, and returns its digest */
export async function answerText(
  result: unknown,
  mostBytes: number,
  put: (bytes: Uint8Array) => Promise<string>,
): Promise<string> {
  const text = exactText(result);
  const here = JSON.stringify({ here: text } satisfies AnswerPlace);
  if (Buffer.byteLength(here) <= mostBytes) return here;
  return JSON.stringify({ object: await put(Buffer.from(text)) } satisfies AnswerPlace);
}

/** @param get reads from the object store @throws InputError for what is no answer; errors of `get` */
export async function answerIn(text: string, get: (digest: string) => Promise<Uint8Array>): Promise<unknown> {
  const place = parsed(text);
  if (typeof place !== "object" || place === null) throw new InputError("an answer cannot be understood");
  if ("here" in place) return parsedExactly(String(place.here));
  if (!("object" in place)) throw new InputError("an answer cannot be understood");
  return parsedExactly(Buffer.from(await get(String(place.object))).toString());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError("an answer cannot be understood", { cause });
  }
}

function parsedExactly(text: string): unknown {
  try {
    return exactValue(text);
  } catch (cause) {
    throw new InputError("an answer cannot be understood", { cause });
  }
}
