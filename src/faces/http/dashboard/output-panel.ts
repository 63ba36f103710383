/** The latest random bytes, in the selected format. */
import { OUTPUT_NOTES, type OutputFormat, outputWords } from "./output-text.ts";
import { made, part, setText } from "./parts.ts";

export class OutputPanel {
  readonly #words = part("words", HTMLElement);
  readonly #note = part("format-note", HTMLElement);
  #shown: Uint8Array | undefined;

  constructor(choose: (format: OutputFormat) => void) {
    part("formats", HTMLElement).addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) choose(event.target.value as OutputFormat);
    });
  }

  render(output: Uint8Array | undefined, format: OutputFormat): void {
    setText(this.#note, OUTPUT_NOTES[format]);
    if (output === this.#shown && this.#words.dataset["format"] === format) return;
    this.#shown = output;
    this.#words.dataset["format"] = format;
    this.#words.replaceChildren(
      ...(output ? outputWords(output, format) : []).map((word) => made("span", "", word)),
    );
  }
}
