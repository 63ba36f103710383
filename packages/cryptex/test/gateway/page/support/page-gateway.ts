/** The gateway with its page, on loopback: real services over files of a test's own, which can be cut off and come back. */
import { mkdirSync, symlinkSync } from "node:fs";
import type { AccessRules } from "#kit/http/access.ts";
import { EventHub, HUB_LIMITS } from "#kit/http/events/event-hub.ts";
import { type Listening, listen } from "#kit/http/listen.ts";
import { PROBLEMS } from "../../../../src/gateway/http/answers.ts";
import { createApp } from "../../../../src/gateway/http/app.ts";
import { journalFrames } from "../../../../src/gateway/http/routes-events.ts";
import { openPage } from "../../../../src/gateway/page/page-files.ts";
import { openServices, type Services } from "../../../../src/gateway/services.ts";
import { WorkFolder } from "../../../support/program.ts";
import { FakeTriggers } from "../../support/fake-services.ts";
import { CODE, FILES, RULES } from "./samples.ts";

export interface PageGateway extends AsyncDisposable {
  readonly url: string;
  readonly services: Services;
  readonly hub: EventHub;
  readonly folder: WorkFolder;
  /** Errors that the app reported. */
  readonly reported: readonly unknown[];
  /** Closes its port, and all connections with it. */
  cut(): Promise<void>;
  /** Opens the same port again. */
  back(): Promise<void>;
}

export interface PageGatewayOptions {
  readonly access?: Partial<AccessRules>;
  readonly withoutGap?: boolean;
  /** Rules and files beside the samples; paths begin with `rules/` or `files/`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export async function openPageGateway(options: PageGatewayOptions = {}): Promise<PageGateway> {
  const folder = new WorkFolder({ ...RULES, ...FILES, ...CODE, ...options.files });
  mkdirSync(folder.at("files/empty"), { recursive: true });
  symlinkSync("note.txt", folder.at("files/link"));
  const opened = openServices({
    store: folder.at("store.db"),
    env: {},
    roots: [
      { name: "samples", folder: folder.at("files") },
      { name: "other", folder: folder.at("files/empty") },
    ],
    rules: {
      sets: new Map([
        ["house", [folder.at("rules")]],
        ["few", [folder.at("rules/keys.yar")]],
      ]),
      byDefault: "house",
    },
    includeFolders: [],
    externals: {},
    gapRoot: options.withoutGap ? undefined : folder.at("code"),
    threads: 1,
    warn() {},
  });
  // Deliveries are tested with the triggers themselves.
  const services: Services = { ...opened, triggers: new FakeTriggers() };
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const closing = new AbortController();
  const hub = new EventHub(journalFrames(services.journal), report, HUB_LIMITS);
  const access: AccessRules = { hosts: "loopback", origins: [], ...options.access };
  const app = createApp({
    services,
    hub,
    access,
    page: await openPage(),
    report,
    closing: closing.signal,
  });
  const serve = (port: number): Promise<Listening> =>
    listen({
      address: { hostname: "127.0.0.1", port },
      fetch: app.router.fetch,
      errors: PROBLEMS,
      maxBodyBytes: Number.MAX_SAFE_INTEGER,
      idleTimeoutSeconds: 100,
    });
  let listening = await serve(0);
  const { url } = listening;
  return {
    url,
    services,
    hub,
    folder,
    reported,
    cut: () => listening.stop(0),
    async back() {
      listening = await serve(Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      hub.close();
      await listening.stop(0);
      await opened[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
