/** The output formats of a test run. Each takes the events one by one and writes what is known so far. */

import { xmlText } from "#kit/format/markup.ts";
import { formatCount, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import { lossText } from "../rules/rule-info.ts";
import { visiblePath } from "../scan-runner/formats/escape.ts";
import type { TestEndEvent, TestErrorEvent, TestEvent, TestRunEvent } from "./events.ts";

export interface TestWriter {
  event(event: TestRunEvent): string;
  end(): string;
}

export type TestFormat = "text" | "ndjson" | "json" | "junit";

export const TEST_FORMATS: Readonly<Record<TestFormat, (screen: Screen) => TestWriter>> = {
  text: textWriter,
  ndjson: () => ({ event: (event) => `${safeJson(event)}\n`, end: () => "" }),
  json: jsonWriter,
  junit: junitWriter,
};

// ---- Text ----

/** Names what did not pass, and counts the rest. */
function textWriter(screen: Screen): TestWriter {
  const line = (mark: string, style: "bad" | "warn", words: string) =>
    `${paint(mark, style, screen.color)} ${words}\n`;
  return {
    event(event) {
      switch (event.type) {
        case "test":
          if (event.status === "passed") return "";
          return event.status === "failed"
            ? line("failed:", "bad", testText(event))
            : line("not evaluated:", "warn", testText(event));
        case "error":
          return line("not evaluated:", "warn", errorText(event));
        case "quarantine":
          return event.harmless ? "" : line("not evaluated:", "warn", lossText(event));
        case "end":
          return summary(event, screen);
        default:
          return "";
      }
    },
    end: () => "",
  };
}

const WORDS = { match: "@match", nomatch: "@nomatch", cost: "@cost", goodware: "goodware" } as const;

function testText(event: TestEvent): string {
  const { kind, rule, file, line, reason = "", matched = [] } = event;
  const name = rule === null ? "" : `rule ${visible(rule)}: `;
  const head = `${visible(`${file}:${line}`)}: ${name}${WORDS[kind]}${targetOf(event)}: ${visible(reason)}`;
  return [head, ...matched.map((path) => `  ${visiblePath(path)}`)].join("\n");
}

function targetOf({ path, path_bytes, limit }: TestEvent): string {
  if (path !== undefined) return ` ${visiblePath({ path, ...(path_bytes !== undefined && { path_bytes }) })}`;
  return limit === undefined ? "" : ` ${limit}`;
}

function errorText(event: TestErrorEvent): string {
  const place = "file" in event ? visible(`${event.file}:${event.line}`) : visiblePath(event);
  return `${place}: ${visible(event.reason)}`;
}

function summary(end: TestEndEvent, screen: Screen): string {
  const { tests, passed, failed, errors, faults, rules, tested_rules, samples, goodware, complete } = end;
  if (tests === 0) return `${paint("There is no test: nothing was tested.", "warn", screen.color)}\n`;
  const files = [
    plural(samples, "sample"),
    ...(goodware > 0 ? [`${formatCount(goodware)} of goodware`] : []),
  ];
  const others =
    faults > 0 ? ` Besides, ${plural(faults, "comment or file", "comments or files")} at fault.` : "";
  const words = `${plural(tests, "test")}: ${formatCount(passed)} passed, ${formatCount(failed)} failed, ${formatCount(errors)} not evaluated.${others} ${formatCount(tested_rules)} of ${plural(rules, "rule")} ${tested_rules === 1 ? "has" : "have"} tests in comments; files: ${files.join(", ")}.`;
  return `${paint(fitLines(words, screen), failed > 0 ? "bad" : complete ? "good" : "warn", screen.color)}\n`;
}

// ---- JSON ----

/** One object: `start`, then lists, then `end`, which is null where the run did not reach it. */
function jsonWriter(): TestWriter {
  const lists = { test: [] as string[], error: [] as string[], quarantine: [] as string[] };
  let [start, end] = ["null", "null"];
  return {
    event(event) {
      if (event.type === "start") start = safeJson(event);
      else if (event.type === "end") end = safeJson(event);
      else lists[event.type].push(safeJson(event));
      return "";
    },
    end() {
      const list = (name: string, items: readonly string[]) => `"${name}":[${items.join(",\n")}]`;
      const { test, error, quarantine } = lists;
      return `{"start":${start},\n${list("tests", test)},\n${list("errors", error)},\n${list("quarantine", quarantine)},\n"end":${end}}\n`;
    },
  };
}

// ---- JUnit ----

interface Suite {
  readonly cases: string[];
  failures: number;
  errors: number;
}

/** The XML that build servers read: a suite for each rule file, a case for each test. */
function junitWriter(): TestWriter {
  const suites = new Map<string, Suite>();
  const add = (file: string, testcase: string, status: TestEvent["status"]) => {
    let suite = suites.get(file);
    if (!suite) {
      suite = { cases: [], failures: 0, errors: 0 };
      suites.set(file, suite);
    }
    suite.cases.push(testcase);
    if (status === "failed") suite.failures++;
    else if (status === "error") suite.errors++;
  };
  let hasEnded = false;
  return {
    event(event) {
      if (event.type === "test") add(event.file, testCase(event), event.status);
      else if (event.type === "error") {
        const [suite, name] =
          "file" in event ? [event.file, `comment of line ${event.line}`] : ["goodware", visiblePath(event)];
        add(suite, caseOf("", name, "error", errorText(event)), "error");
      } else if (event.type === "quarantine" && !event.harmless) {
        const name = event.rule === null ? "file" : "rule";
        add(event.file, caseOf(event.rule ?? "", name, "error", lossText(event)), "error");
      } else if (event.type === "end") {
        hasEnded = true;
        if (event.tests === 0)
          add("", caseOf("", "there is no test", "error", "nothing was tested"), "error");
      }
      return "";
    },
    end() {
      if (!hasEnded) add("", caseOf("", "end", "error", "the run did not reach its end"), "error");
      const sum = (of: (suite: Suite) => number) =>
        [...suites.values()].reduce((total, suite) => total + of(suite), 0);
      const counts = (tests: number, failures: number, errors: number) =>
        `tests="${tests}" failures="${failures}" errors="${errors}"`;
      const head = counts(
        sum(({ cases }) => cases.length),
        sum(({ failures }) => failures),
        sum(({ errors }) => errors),
      );
      const parts = [...suites].map(
        ([file, { cases, failures, errors }]) =>
          `  <testsuite name="${xmlText(file)}" ${counts(cases.length, failures, errors)}>\n${cases.join("\n")}\n  </testsuite>\n`,
      );
      return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cryptex test" ${head}>\n${parts.join("")}</testsuites>\n`;
    },
  };
}

function testCase(event: TestEvent): string {
  const { kind, rule, status } = event;
  const name = `${WORDS[kind]}${targetOf(event)}`;
  return caseOf(
    rule ?? "",
    `${name} (line ${event.line})`,
    status,
    status === "passed" ? "" : testText(event),
  );
}

function caseOf(rule: string, name: string, status: TestEvent["status"], words: string): string {
  const head = `    <testcase classname="${xmlText(rule)}" name="${xmlText(name)}"`;
  if (status === "passed") return `${head}/>`;
  const tag = status === "failed" ? "failure" : "error";
  // An attribute has one line.
  const [first, ...more] = words.split("\n");
  const text = more.map((line) => `${xmlText(line)}\n`).join("");
  return `${head}><${tag} message="${xmlText(first!)}">${text}</${tag}></testcase>`;
}
