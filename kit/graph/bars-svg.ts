/** Numbers as bars, one below the other. */
import { xmlText } from "../format/markup.ts";
import { px, shortened, svgFile, textWidth } from "./svg.ts";

export interface Bar {
  readonly label: string;
  /** Second, smaller line. */
  readonly detail?: string;
  /** Length of the bar; null where there is no number, with `text` to say why. */
  readonly value: number | null;
  /** Stands behind the bar. */
  readonly text: string;
  readonly isWarning?: boolean;
}

const ROW = 34;
const MARGIN = 16;
const LENGTH = 360;
const LABEL_COLUMNS = 44;

/** @param unit of the numbers, shown below the title */
export function barsSvg(title: string, unit: string, bars: readonly Bar[]): string {
  const longest = bars.reduce((most, { value }) => Math.max(most, value ?? 0), 0);
  const labelWidth = bars.reduce(
    (most, { label, detail = "" }) =>
      Math.max(
        most,
        textWidth(shortened(label, LABEL_COLUMNS), 12),
        textWidth(shortened(detail, LABEL_COLUMNS), 10),
      ),
    0,
  );
  const textsWidth = bars.reduce((most, { text }) => Math.max(most, textWidth(text, 12)), 0);
  const top = MARGIN + 40;
  const left = MARGIN + labelWidth + 12;
  const rows = bars.map(({ label, detail, value, text, isWarning }, index) => {
    const y = top + index * ROW;
    const length = longest > 0 && value !== null ? (value / longest) * LENGTH : 0;
    const name = detail === undefined ? label : `${label}  ${detail}`;
    return [
      `<g><title>${xmlText(`${name}: ${text}`)}</title>`,
      `<text x="${MARGIN}" y="${px(y + 12)}">${xmlText(shortened(label, LABEL_COLUMNS))}</text>`,
      ...(detail === undefined
        ? []
        : [
            `<text class="quiet" x="${MARGIN}" y="${px(y + 25)}">${xmlText(shortened(detail, LABEL_COLUMNS))}</text>`,
          ]),
      `<rect class="bar${isWarning ? " warn" : ""}" x="${px(left)}" y="${px(y)}" width="${px(length)}" height="16" rx="2"/>`,
      `<text x="${px(left + length + 8)}" y="${px(y + 12)}">${xmlText(text)}</text>`,
      "</g>",
    ].join("");
  });
  const head = [
    `<text x="${MARGIN}" y="${MARGIN + 8}">${xmlText(title)}</text>`,
    `<text class="quiet" x="${MARGIN}" y="${MARGIN + 24}">${xmlText(unit)}</text>`,
  ];
  const width = Math.max(left + LENGTH + 8 + textsWidth, MARGIN + textWidth(title, 12)) + MARGIN;
  const frame = { left: 0, top: 0, width, height: top + bars.length * ROW + MARGIN };
  return svgFile(title, frame, [...head, ...rows]);
}
