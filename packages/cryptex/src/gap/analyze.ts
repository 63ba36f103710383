/** Makes the gap report of a tree: finds components, collects declarations, checks them, judges. Equal trees give equal reports. */
import { visible } from "#kit/format/visible.ts";
import { languageOf } from "../harvest/languages.ts";
import { decoded } from "../harvest/source-files.ts";
import { type Checked, checked, type Ported } from "./checks.ts";
import { CodeBase, type ReadLimits } from "./code-base.ts";
import { type Declaration, declarationsOf } from "./declarations.ts";
import { Exclusions } from "./exclusion.ts";
import {
  countsOf,
  type Excluded,
  type GapComponent,
  type GapReport,
  type Problem,
  RUST_STATUS,
} from "./gap-report.ts";
import { GAP_TOML, type GapSettings, type Mapping, type NamedComponent } from "./gap-toml.ts";
import { Owners } from "./owners.ts";
import { languageName } from "./plain-languages.ts";
import { PORTS_TAG, type PortsComment, portsIn } from "./ports-comments.ts";
import { judged } from "./status.ts";
import { Candidates } from "./suggestions.ts";
import { listFiles, sha256Of } from "./tree.ts";

export interface AnalysisRequest extends ReadLimits {
  /** Real path of the folder. */
  readonly root: string;
  /** Name of the code base. */
  readonly name: string;
  readonly settings: GapSettings;
}

export interface AnalysisProgress {
  readonly work: string;
  readonly done: number;
  readonly of: number;
}

type Tell = (progress: AnalysisProgress) => void;

export async function analyze(request: AnalysisRequest, tell: Tell = () => {}): Promise<GapReport> {
  return await new Analysis(request, tell).report();
}

/** Declarations in comments: more than people write; each is checked. */
const MOST_COMMENTS = 100_000;
/** Files between two words of progress. */
const TELL_EVERY = 50;

class Analysis {
  readonly #exclusions: Exclusions;
  readonly #codeBase: CodeBase;
  readonly #owners: Owners;
  readonly #problems: Problem[] = [];
  readonly #excluded = new Map<string, Excluded>();
  /** Components that are files, with their digests. */
  readonly #files = new Map<string, string | null>();
  readonly #named: ReadonlyMap<string, NamedComponent>;
  readonly #comments: PortsComment[] = [];

  constructor(
    private readonly request: AnalysisRequest,
    private readonly tell: Tell,
  ) {
    const { root, settings } = request;
    this.#exclusions = new Exclusions(settings);
    this.#codeBase = new CodeBase(
      root,
      listFiles(root, (folder) => this.#exclusions.leavesOut(folder)),
      request,
    );
    this.#owners = Owners.of(root);
    this.#named = new Map(settings.components.map((component) => [component.name, component]));
  }

  async report(): Promise<GapReport> {
    const { settings } = this.request;
    this.#listExcluded();
    await this.#readFiles();
    this.#addDeclaredFiles();
    const declarations = declarationsOf(settings.maps, this.#comments).filter((each) => this.#isKnown(each));
    const byComponent = Map.groupBy(declarations, ({ from }) => from);
    const checks = new Map<string, Checked[]>();
    let done = 0;
    for (const [name, some] of byComponent) {
      this.tell({ work: "checking declarations", done: done++, of: byComponent.size });
      checks.set(name, await this.#checkAll(some));
    }
    const components = await this.#components(checks);
    return this.#assembled(await this.#withSuggestions(components));
  }

  // ---- Files ----

  #listExcluded(): void {
    for (const { path, reason } of this.#exclusions.folders) {
      this.#excluded.set(path, { component: path, language: null, reason });
    }
    const { others, unread } = this.#codeBase.tree;
    for (const { path, reason } of others) {
      if (this.#isComponentByEnding(path)) this.#exclude(path, reason);
    }
    for (const { path, reason } of unread) {
      this.#problems.push({ kind: "unread", component: null, place: visible(path), reason });
    }
  }

  #exclude(path: string, reason: string): void {
    this.#excluded.set(path, { component: path, language: languageName(path), reason });
  }

  #isComponentByEnding(path: string): boolean {
    const name = path.toLowerCase();
    return this.request.settings.extensions.some((ending) => name.endsWith(ending));
  }

  /** Reads components and code that may hold declarations. */
  async #readFiles(): Promise<void> {
    const { files } = this.#codeBase.tree;
    for (const [i, path] of files.entries()) {
      if (i % TELL_EVERY === 0) this.tell({ work: "reading files", done: i, of: files.length });
      const isComponent = this.#isComponentByEnding(path);
      const reason = this.#exclusions.byPath(path);
      if (reason !== undefined) {
        if (isComponent) this.#exclude(path, reason);
      } else if (isComponent || (path !== GAP_TOML && languageName(path) !== null)) {
        await this.#readFile(path, isComponent);
      }
    }
  }

  async #readFile(path: string, isComponent: boolean): Promise<void> {
    const file = this.#codeBase.bytes(path);
    if ("reason" in file) {
      this.#problems.push({
        kind: "unread",
        component: isComponent ? path : null,
        place: path,
        reason: file.reason,
      });
      if (isComponent) this.#files.set(path, null);
      return;
    }
    const text = decoded(file.bytes);
    const generated = "text" in text ? this.#exclusions.byText(path, text.text) : undefined;
    if (generated !== undefined) {
      if (isComponent) this.#exclude(path, generated);
      return;
    }
    if (isComponent) this.#files.set(path, sha256Of(file.bytes));
    if ("text" in text && text.text.includes(PORTS_TAG)) await this.#readComments(path);
  }

  async #readComments(path: string): Promise<void> {
    const code = await this.#codeBase.code(path);
    if ("reason" in code) {
      this.#problems.push({ kind: "unread", component: null, place: path, reason: code.reason });
      return;
    }
    for (const found of portsIn(path, code)) {
      const place = `${path}:${found.line}`;
      const isOne = "from" in found;
      if (isOne && this.#comments.length < MOST_COMMENTS) this.#comments.push(found);
      else {
        const reason = isOne ? `not taken: there are more than ${MOST_COMMENTS} declarations` : found.reason;
        this.#problems.push({ kind: "declaration", component: null, place, reason });
      }
    }
  }

  /** A file that is declared to be ported is a component, whatever its ending. */
  #addDeclaredFiles(): void {
    for (const { from } of [...this.request.settings.maps, ...this.#comments]) {
      if (this.#named.has(from) || this.#files.has(from) || this.#excluded.has(from)) continue;
      if (!this.#codeBase.has(from)) continue;
      const reason = this.#exclusions.byPath(from);
      const file = this.#codeBase.bytes(from);
      if (reason !== undefined) this.#exclude(from, reason);
      else if ("bytes" in file) this.#files.set(from, sha256Of(file.bytes));
      else {
        this.#files.set(from, null);
        this.#problems.push({ kind: "unread", component: from, place: from, reason: file.reason });
      }
    }
    for (const name of this.#named.keys()) {
      if (this.#codeBase.has(name)) {
        const reason = "the name of a component is that of a file as well";
        this.#problems.push({ kind: "declaration", component: name, place: GAP_TOML, reason });
        this.#files.delete(name);
      }
    }
  }

  // ---- Declarations ----

  /** Says so where a declaration is about nothing that is a component. */
  #isKnown({ from, places }: Pick<Declaration, "from" | "places">): boolean {
    if (this.#named.has(from) || this.#files.has(from)) return true;
    const excluded = this.#excluded.get(from);
    const reason = excluded
      ? `${visible(from)} is excluded: ${excluded.reason}`
      : `there is no component ${visible(from)}`;
    for (const place of places) this.#problems.push({ kind: "declaration", component: from, place, reason });
    return false;
  }

  async #checkAll(declarations: readonly Declaration[]): Promise<Checked[]> {
    const checks: Checked[] = [];
    for (const declaration of declarations) {
      const name = declaration.from;
      const hasFile = !this.#named.has(name);
      const component: Ported = { name, hasFile, sha256: this.#files.get(name) ?? null };
      const check = await checked(declaration, component, this.#codeBase);
      checks.push(check);
      for (const fault of check.faults) {
        this.#problems.push({ ...fault, component: name, place: declaration.places.join(", ") });
      }
    }
    return checks;
  }

  async #components(checks: ReadonlyMap<string, readonly Checked[]>): Promise<GapComponent[]> {
    const names = [...new Set([...this.#files.keys(), ...this.#named.keys()])].sort();
    const components: GapComponent[] = [];
    for (const name of names) components.push(await this.#component(name, checks.get(name) ?? []));
    return components;
  }

  async #component(name: string, checks: readonly Checked[]): Promise<GapComponent> {
    const named = this.#named.get(name);
    const facts = this.#factsOf(name);
    const isPartial = checks.length > 0 && checks.every(({ evidence }) => evidence.about.length > 0);
    const outline = isPartial && !named ? await this.#codeBase.outline(name) : undefined;
    const definitions = outline === undefined || "reason" in outline ? undefined : outline;
    const missing = facts.flatMap((map) => (map.to === undefined && map.missing ? [map.missing] : []));
    const { status, reason } = judged(checks, definitions, missing);
    const say = (key: "responsible" | "linked") => facts.findLast((map) => map[key] !== undefined)?.[key];
    return {
      component: name,
      language: named ? named.language : languageName(name),
      port_status: status,
      rust_status: RUST_STATUS[status],
      responsible: say("responsible") ?? (named ? null : this.#owners.ownersOf(name)),
      linked_cryptex: say("linked") ?? null,
      evidence: checks.map(({ evidence }) => evidence),
      suggestions: [],
      sha256: this.#files.get(name) ?? null,
      ...(reason !== undefined && { reason: visible(reason) }),
      ...(named && { order: named.order }),
    };
  }

  #factsOf(name: string): readonly Mapping[] {
    this.#facts ??= Map.groupBy(this.request.settings.maps, ({ from }) => from);
    return this.#facts.get(name) ?? [];
  }
  #facts: ReadonlyMap<string, readonly Mapping[]> | undefined;

  // ---- Suggestions ----

  /** Reads code that may be a port, where there are components without any. */
  async #withSuggestions(components: readonly GapComponent[]): Promise<GapComponent[]> {
    const isOpen = ({ component, port_status }: GapComponent) =>
      port_status === "pending" && this.#files.has(component);
    if (!components.some(isOpen)) return [...components];
    const paths = this.#codeBase.tree.files.filter(
      (path) => languageOf(path) && this.#exclusions.byPath(path) === undefined && !this.#excluded.has(path),
    );
    const outlines = new Map<string, readonly string[]>();
    for (const [i, path] of paths.entries()) {
      if (i % TELL_EVERY === 0) this.tell({ work: "comparing names", done: i, of: paths.length });
      const outline = await this.#codeBase.outline(path);
      outlines.set(path, outline === undefined || "reason" in outline ? [] : outline);
    }
    const namedOf = (path: string) => ({
      path,
      language: languageName(path),
      symbols: outlines.get(path) ?? [],
    });
    const candidates = new Candidates(paths.map(namedOf));
    return components.map((component) =>
      isOpen(component)
        ? { ...component, suggestions: candidates.suggestionsFor(namedOf(component.component)) }
        : component,
    );
  }

  // ---- Report ----

  #assembled(components: readonly GapComponent[]): GapReport {
    for (const { from, to } of this.request.settings.maps) {
      if (to === undefined) this.#isKnown({ from, places: [GAP_TOML] });
    }
    const key = ({ component, place, reason }: Problem) => `${component ?? ""}\0${place}\0${reason}`;
    const problems = [...this.#problems, ...this.#owners.problems].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const excluded = [...this.#excluded.values()].sort((a, b) => (a.component < b.component ? -1 : 1));
    const parts = { schema: 1, root: this.request.name, components, excluded } as const;
    return { ...parts, counts: countsOf({ ...parts, problems }), problems };
  }
}
