/** Two lines over one pair of axes, as SVG. Colours are variables of the page, so they follow its theme. */
import { htmlText } from "#kit/format/markup.ts";
import { px } from "#kit/graph/svg.ts";

type Points = readonly (readonly [x: number, y: number])[];

const WIDTH = 480;
const HEIGHT = 270;
const LEFT = 66;
const RIGHT = 14;
const TOP = 28;
const BOTTOM = 44;

/** @param fromZero the y-axis begins at 0 */
export function linesSvg(
  a: Points,
  b: Points,
  axes: { readonly x: string; readonly y: string; readonly fromZero: boolean },
): string {
  const all = [...a, ...b];
  const [xs, ys] = [
    rangeOf(all.map(([x]) => x)),
    rangeOf([...(axes.fromZero ? [0] : []), ...all.map(([, y]) => y)]),
  ];
  const at = ([x, y]: readonly [number, number]) =>
    `${px(LEFT + ((x - xs.low) / xs.span) * (WIDTH - LEFT - RIGHT))} ${px(HEIGHT - BOTTOM - ((y - ys.low) / ys.span) * (HEIGHT - TOP - BOTTOM))}`;
  const line = (points: Points, colour: string) =>
    `<path d="M${points.map(at).join("L")}" fill="none" stroke="var(${colour})" stroke-width="1.5"/>`;
  const label = (x: number, y: number, words: string, anchor: string, colour = "--muted") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="11" fill="var(${colour})">${htmlText(words)}</text>`;
  const [floor, middle] = [HEIGHT - BOTTOM, TOP + (HEIGHT - TOP - BOTTOM) / 2];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<path d="M${LEFT} ${TOP}V${floor}H${WIDTH - RIGHT}" fill="none" stroke="var(--rule-strong)"/>`,
    line(a, "--ink-1"),
    line(b, "--ink-2"),
    label(LEFT, floor + 16, digits(xs.low), "middle"),
    label(WIDTH - RIGHT, floor + 16, digits(xs.low + xs.span), "end"),
    label((LEFT + WIDTH - RIGHT) / 2, floor + 32, axes.x, "middle"),
    label(LEFT - 6, floor, digits(ys.low), "end"),
    label(LEFT - 6, TOP + 8, digits(ys.low + ys.span), "end"),
    label(LEFT - 6, middle, axes.y, "end"),
    label(LEFT + 8, 16, "— a", "start", "--ink-1"),
    label(LEFT + 48, 16, "— b", "start", "--ink-2"),
    "</svg>",
  ].join("");
}

/** A range of no width gets one. */
function rangeOf(values: readonly number[]): { low: number; span: number } {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { low, span: high > low ? high - low : 1 };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
