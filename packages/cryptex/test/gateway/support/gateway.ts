/** The gateway's API over a store in memory, rules and files of a test's own. */

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { AccessRules } from "#kit/http/access.ts";
import { EventHub, HUB_LIMITS, type HubLimits } from "#kit/http/events/event-hub.ts";
import { type Listening, listen } from "#kit/http/listen.ts";
import { storedDictionary } from "../../../src/cryptex-store/dictionary.ts";
import { storedJournal } from "../../../src/cryptex-store/journal.ts";
import { openMemoryStore, openStore } from "../../../src/cryptex-store/store.ts";
import { artifactsIn } from "../../../src/gateway/artifacts.ts";
import { PROBLEMS } from "../../../src/gateway/http/answers.ts";
import { type App, createApp, type McpHandler } from "../../../src/gateway/http/app.ts";
import { journalFrames } from "../../../src/gateway/http/routes-events.ts";
import { openRoots } from "../../../src/gateway/roots.ts";
import { openRuleSets } from "../../../src/gateway/rules/open-rule-sets.ts";
import type { Services } from "../../../src/gateway/services.ts";
import { Figures } from "../../../src/telemetry-agent/figures.ts";
import { RuleFolder } from "../../support/rule-folder.ts";
import { FakeGap, FakeScans, FakeTriggers } from "./fake-services.ts";

export interface Gateway extends AsyncDisposable {
  readonly app: App;
  readonly services: Services & { readonly scans: FakeScans; readonly gap: FakeGap };
  readonly hub: EventHub;
  readonly folder: RuleFolder;
  readonly storePath: string;
  /** Errors that the app reported. */
  readonly reported: unknown[];
  readonly closing: AbortController;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Sends JSON. */
  send(method: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Serves it on a port of its own, which is closed with it. */
  listen(): Promise<string>;
}

export interface GatewayOptions {
  readonly access?: Partial<AccessRules>;
  readonly limits?: Partial<HubLimits>;
  readonly mcp?: McpHandler;
  /** In memory, unless it is to be shared. */
  readonly store?: "file";
}

export function openGateway({ access = {}, limits = {}, mcp, store: kind }: GatewayOptions = {}): Gateway {
  const folder = new RuleFolder({
    "rules/good.yar": 'rule good : mark { meta: level = 3 strings: $a = "good" condition: $a }\n',
    "rules/more.yar": "rule broken { condition: nothing }\nrule more { condition: good }\n",
    "secret.txt": "secret",
    "root-evil/x.txt": "evil",
  });
  mkdirSync(folder.at("root/sub"), { recursive: true });
  writeFileSync(folder.at("root/note.txt"), "a good note");
  writeFileSync(folder.at("root/ok.txt"), "ok");
  symlinkSync("..", folder.at("root/link_out"));
  const store = kind === "file" ? openStore(folder.at("store.db")) : openMemoryStore();
  const closing = new AbortController();
  const journal = storedJournal(store);
  const roots = openRoots([{ name: "files", folder: folder.at("root") }]);
  const services = {
    journal,
    dictionary: storedDictionary(store),
    roots,
    ruleSets: openRuleSets({
      rules: { sets: new Map([["house", [folder.at("rules")]]]), byDefault: "house" },
      includeFolders: [],
      externals: {},
      store,
      roots,
      warn() {},
      changed() {},
      signal: closing.signal,
    }),
    scans: new FakeScans(journal, roots),
    gap: new FakeGap(),
    triggers: new FakeTriggers(),
    artifacts: artifactsIn(store),
    figures: new Figures({ journal }),
  };
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const hub = new EventHub(journalFrames(journal), report, { ...HUB_LIMITS, ...limits });
  const rules: AccessRules = { hosts: "loopback", origins: [], ...access };
  const app = createApp({ services, hub, access: rules, mcp, report, closing: closing.signal });
  let listening: Listening | undefined;
  const request = async (path: string, init?: RequestInit) => app.router.request(path, init);
  return {
    app,
    services,
    hub,
    folder,
    storePath: store.path,
    reported,
    closing,
    request,
    send: (method, path, body, headers = {}) =>
      request(path, {
        method,
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    async listen() {
      listening = await listen({
        address: { hostname: "127.0.0.1", port: 0 },
        fetch: app.router.fetch,
        errors: PROBLEMS,
        idleTimeoutSeconds: 100,
      });
      return listening.url;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      hub.close();
      await listening?.stop(0);
      store.close();
      folder[Symbol.dispose]();
    },
  };
}
