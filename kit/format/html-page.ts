/** Parts of a page without scripts or requests: style sheet, escaped text, tables, bars. */
import { htmlDocument } from "./html-document.ts";
import { htmlText } from "./markup.ts";
import { formatCount } from "./numbers.ts";
import { visible } from "./visible.ts";

/** Markup. Text becomes markup only through `text`, so that hostile text never is. */
export interface Html {
  readonly html: string;
}

export function text(words: string): Html {
  return { html: htmlText(words) };
}

/** Sets a name or data in a fixed font; it may break anywhere. */
export function code(words: string): Html {
  return { html: `<code>${text(words).html}</code>` };
}

export interface PageTable {
  /** Heading of the section, which names the table as well. */
  readonly title: string;
  /** Titles of columns; those of numbers are marked. */
  readonly columns: readonly (string | { readonly number: string })[];
  readonly rows: readonly (readonly Html[])[];
  /** Rows there were. Where some are not shown the page says so. */
  readonly total: number;
}

/** Returns nothing for a table without rows. */
export function tableSection({ title, columns, rows, total }: PageTable): string {
  if (rows.length === 0) return "";
  const name = (column: PageTable["columns"][number]) =>
    typeof column === "string" ? column : column.number;
  const kind = (index: number) => (typeof columns[index] === "string" ? "" : ' class="number"');
  const titles = columns.map((column, i) => `<th scope="col"${kind(i)}>${text(name(column)).html}</th>`);
  const lines = rows.map(
    (row) => `<tr>${row.map(({ html }, i) => `<td${kind(i)}>${html}</td>`).join("")}</tr>`,
  );
  const cut =
    total > rows.length
      ? `<p class="cut">${formatCount(rows.length)} of ${formatCount(total)} are shown; other formats hold all.</p>`
      : "";
  return `<h2>${text(title).html}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${text(title).html}"><table>
<caption>${text(title).html}: ${formatCount(total)}</caption>
<thead><tr>${titles.join("")}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody></table></div>
${cut}`;
}

/** Draws a bar whose length is a share of the longest. Its number stands beside it, so it says nothing to a reader of the page's text. */
export function bar(share: number): Html {
  const width = (200 * share).toFixed(1);
  return {
    html: `<svg class="bar" viewBox="0 0 200 12" width="200" height="12" aria-hidden="true"><rect width="${width}" height="12" rx="2" fill="var(--ink)"/></svg>`,
  };
}

export interface Part {
  readonly name: string;
  readonly count: number;
  /** Name of the colour: --NAME and --NAME-back are in the style sheet. */
  readonly colour: "bad" | "good" | "warn" | "none";
}

/** Draws parts of a whole as one bar, with their names and counts below. */
export function shares(title: string, parts: readonly Part[]): string {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return "";
  let x = 0;
  const pieces = parts.map(({ count, colour }) => {
    const width = (1000 * count) / total;
    const piece = `<rect x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="28" fill="var(--${colour})"/>`;
    x += width;
    return piece;
  });
  const names = parts.map(
    ({ name, count, colour }) =>
      `<li><svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" fill="var(--${colour})"/></svg> ${text(name).html} <b>${formatCount(count)}</b></li>`,
  );
  const spoken = parts.map(({ name, count }) => `${name} ${formatCount(count)}`).join(", ");
  return `<figure>
<svg viewBox="0 0 1000 28" preserveAspectRatio="none" height="28" role="img" aria-label="${text(`${title}: ${spoken}`).html}">${pieces.join("")}</svg>
<figcaption>${text(title).html}<ul>${names.join("")}</ul></figcaption>
</figure>`;
}

/** Contrast of all texts on their ground is at least 4.5 : 1 (WCAG 2.2, 1.4.3), in both themes. */
const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f8f9fb; --card: #ffffff; --text: #1b1e24; --muted: #5c6370; --rule: #dfe2e8; --ink: #31588f;
  --bad: #a4161a; --bad-back: #fbdfdf; --good: #2c6e49; --good-back: #e0f0e6;
  --warn: #8a5a00; --warn-back: #fbeecd; --none: #6a6f7a; --none-back: #ececea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1b1f26; --text: #e5e7ea; --muted: #a0a7b3; --rule: #333944; --ink: #86abdf;
    --bad: #ff9b97; --bad-back: #451d1e; --good: #8fd6ae; --good-back: #1d3528;
    --warn: #f2c96a; --warn-back: #3b2f12; --none: #a4a9b3; --none-back: #2a2e35;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 76rem; background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 0.7rem; }
.verdict { padding: 0.9rem 1.1rem; border-radius: 8px; border: 1px solid currentColor; }
.verdict p { margin: 0.1rem 0; color: var(--text); }
.verdict .word { font-weight: 650; color: inherit; }
.good { color: var(--good); background: var(--good-back); }
.warn { color: var(--warn); background: var(--warn-back); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1.2rem; margin: 1.3rem 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.3rem 0; padding: 0.9rem; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
figure > svg { display: block; width: 100%; border-radius: 4px; }
figcaption { margin-top: 0.6rem; color: var(--muted); font-size: 0.87rem; }
figcaption ul { display: inline; margin: 0; padding: 0; list-style: none; }
figcaption li { display: inline-block; margin-left: 1.1rem; }
figcaption b { color: var(--text); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
.scroll:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; padding: 0.5rem 0.7rem 0; color: var(--muted); font-size: 0.83rem; }
th, td { text-align: left; padding: 0.34rem 0.7rem; vertical-align: top; }
th { color: var(--muted); font-weight: 500; font-size: 0.83rem; white-space: nowrap; }
tbody td { border-top: 1px solid var(--rule); overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; margin-top: 0.3rem; }
code { font: 0.86em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
small, .cut { color: var(--muted); }
.cut { font-size: 0.87rem; margin: 0.4rem 0 0; }
@media print { body { max-width: none; padding: 0; } tr, figure { break-inside: avoid; } }
`;

export function page(title: string, body: string): string {
  const heading = text(title).html;
  return htmlDocument(visible(title), STYLE, `<main>\n<h1>${heading}</h1>\n${body}\n</main>`);
}
