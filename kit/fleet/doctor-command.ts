/** `fleet doctor` of a program: what is wrong with the server, the certificates, the queue and the ledger of a fleet. */
import { safeJson } from "../format/visible.ts";
import { command } from "../term/command.ts";
import { EXIT } from "../term/exit.ts";
import { flag } from "../term/flags.ts";
import type { Style } from "../term/style.ts";
import { table } from "../term/table.ts";
import { readContext } from "./context.ts";
import { examineFleet, type Finding, hasFaults } from "./doctor.ts";
import { queueSettings } from "./queue.ts";

export interface DoctorProgram {
  /** Name as it is typed. */
  readonly program: string;
  /** Name of its queue where none is given. */
  readonly queue: string;
  /** Tells a queue whose jobs go to all machines by its name; by default there is none. */
  readonly goesToAll?: (queue: string) => boolean;
  /** Its exit code for findings. */
  readonly findings: number;
}

const STYLES: Readonly<Record<Finding["state"], Style | undefined>> = {
  ok: undefined,
  soon: "warn",
  wrong: "bad",
  unknown: "dim",
};

const COLUMNS = [{ title: "ABOUT" }, { title: "STATE" }, { title: "FINDING", wraps: "inside" }] as const;

/** Makes the command. */
export function doctorCommand({
  program,
  queue: ownQueue,
  goesToAll = () => false,
  findings: exitCode,
}: DoctorProgram) {
  return command({
    name: "fleet doctor",
    description: "Say what is wrong with the servers, certificates, queue and ledger of a fleet",
    details: [
      "It looks at this machine's certificate and key, at each server and its certificate, at key exchange, version and clock, at the streams of jobs and results and their limits, and changes nothing.",
      `Exit code ${exitCode} says that something has to be mended. What will have to be soon, as a certificate that expires within two weeks, does not change the exit code.`,
      'A file of context is JSON beside the certificates: { "servers": ["tls://host:4222"], "ca": "ca.pem", "cert": "name.pem", "key": "name.key" }. Servers on this machine may be named by nats://127.0.0.1:4222 alone.',
    ],
    flags: {
      nats: flag.text({
        about: "Servers, as tls://host:4222 with commas between, or a file of context with certificates",
        hint: "URL|FILE",
        required: true,
      }),
      queue: flag.text({ about: "Name of the queue", hint: "NAME", default: ownQueue }),
      ledger: flag.text({ about: "Ledger to look at too: sqlite:PATH or postgres://…", hint: "PLACE" }),
      json: flag.switch({ about: "Write JSON" }),
    },
    examples: [`${program} fleet doctor --nats worker.json`],
    judges: true,
    async run({ nats, queue, ledger, json }, io) {
      const context = readContext(nats, (text) => io.log.warn(text));
      const found = await examineFleet({
        context,
        queue: queueSettings({ name: queue, goesTo: goesToAll(queue) ? "all" : "one" }),
        ledger,
        signal: io.signal,
      });
      if (json) await io.out(`${safeJson({ schema: 1, findings: found })}\n`);
      else await io.out(`${textOf(found, io)}\n`);
      return hasFaults(found) ? exitCode : EXIT.ok;
    },
  });
}

function textOf(findings: readonly Finding[], screen: Parameters<typeof table>[2]): string {
  const rows = findings.map(({ about, state, text, hint }) => [
    about,
    { text: state, style: STYLES[state] },
    hint === undefined || state === "ok" ? text : `${text}; ${hint}`,
  ]);
  return table(COLUMNS, rows, screen);
}
