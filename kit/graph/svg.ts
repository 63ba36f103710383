/** Elements of SVG without scripts or requests. */

import { xmlText } from "../format/markup.ts";
import { visible } from "../format/visible.ts";

/** Width of a character in the fixed font, of its size. Courier's is 0.6, those of other fonts are smaller. */
const CHARACTER_WIDTH = 0.61;

/** @param size of the font, pixels */
export function textWidth(words: string, size: number): number {
  return Bun.stringWidth(visible(words)) * size * CHARACTER_WIDTH;
}

/** Cuts a text to so many columns, with an ellipsis where something is missing. */
export function shortened(words: string, columns: number): string {
  const text = visible(words);
  if (Bun.stringWidth(text) <= columns) return text;
  let [cut, width] = ["", 0];
  for (const { segment } of SEGMENTS.segment(text.slice(0, columns * 8))) {
    width += Bun.stringWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

const SEGMENTS = new Intl.Segmenter();

/** Colours for light and dark surroundings: foreground, quiet, lines, background, filling, emphasis, warning. */
const STYLE = `
svg{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px;background:#fff}
text{fill:#1f2328}.quiet{fill:#59636e;font-size:10px}.box{fill:#f6f8fa;stroke:#818b98}.beside{fill:#ddf4ff;stroke:#0969da}
.missing{fill:#fff1e5;stroke:#bc4c00;stroke-dasharray:4 3}.edge{fill:none;stroke:#818b98}.circle{stroke:#bc4c00;stroke-width:2}
.tip{fill:#818b98}.tip.circle{fill:#bc4c00;stroke:none}.bar{fill:#54aeff}.bar.warn{fill:#fb8f44}
@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.quiet{fill:#9198a1}.box{fill:#161b22;stroke:#6e7681}
.beside{fill:#0c2d6b;stroke:#58a6ff}.missing{fill:#3d1300;stroke:#db6d28}.edge{stroke:#6e7681}.circle{stroke:#db6d28}.tip{fill:#6e7681}
.tip.circle{fill:#db6d28}.bar{fill:#1f6feb}.bar.warn{fill:#bd561d}}`;

/** The part of the plane that a picture shows, pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Wraps elements into a file of their own. */
export function svgFile(
  title: string,
  { left, top, width, height }: Frame,
  elements: readonly string[],
): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${px(left)} ${px(top)} ${w} ${h}" role="img">`,
    `<title>${xmlText(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...elements,
    "</svg>\n",
  ].join("\n");
}

/** Rounds to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
