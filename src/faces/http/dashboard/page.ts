/** The page's script: messages of the server and actions of the user change the model, and the model is drawn. */
import { currentPalette } from "./chart.ts";
import { ConnectionBar } from "./connection-bar.ts";
import { CreditPanel } from "./credit-panel.ts";
import { FailureLog } from "./failure-log.ts";
import { Feed } from "./feed.ts";
import { type Action, INITIAL, reduce, type State } from "./model.ts";
import { OutputPanel } from "./output-panel.ts";
import { Overview } from "./overview.ts";
import { SelectedSource } from "./selected-source.ts";
import { SourceTable } from "./source-table.ts";

let state: State = INITIAL;
let palette = currentPalette();
let isDue = false;

const feed = new Feed(location.origin, {
  connection: (connection) => dispatch({ kind: "connection", connection }),
  message: dispatch,
});
const connectionBar = new ConnectionBar({
  retry: () => feed.retry(),
  unlock: (token) => feed.unlock(token),
});
const table = new SourceTable({
  select: (id) => dispatch({ kind: "select", id }),
  sort: (key) => dispatch({ kind: "sort", key }),
  filter: (filter) => dispatch({ kind: "filter", filter }),
});
const outputPanel = new OutputPanel((format) => dispatch({ kind: "format", format }));
const overview = new Overview();
const creditPanel = new CreditPanel();
const selectedSource = new SelectedSource();
const failureLog = new FailureLog();
const main = document.querySelector("main")!;

function dispatch(action: Action): void {
  const { selected } = state;
  state = reduce(state, action);
  if (state.selected !== undefined && state.selected !== selected) feed.watch(state.selected);
  redraw();
}

/** Draws at the next frame, once for all changes until then. Browsers give hidden pages no frames. */
function redraw(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    render();
  });
}

function render(): void {
  const { connection, snapshot, selected } = state;
  connectionBar.render(connection);
  outputPanel.render(state.output, state.format);
  failureLog.render(state.failures);
  if (!snapshot) return;
  main.toggleAttribute("data-stale", connection.kind === "lost" || connection.kind === "locked");
  overview.render(snapshot);
  creditPanel.render(state, snapshot.creditedBitsPerSecond, palette);
  table.render(snapshot.sources, state);
  const source = snapshot.sources.find(({ id }) => id === selected);
  selectedSource.render(source, state, palette);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  palette = currentPalette();
  redraw();
});
redraw();
void feed.run();
