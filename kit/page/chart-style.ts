/** Options of ECharts that the charts of all pages share. Colours are a parameter, so that charts follow light and dark mode. */

export interface ChartColours {
  /** The ground that the chart stands on. */
  readonly card: string;
  readonly text: string;
  readonly muted: string;
  readonly rule: string;
}

/** Options that all charts share. No animation: only the data move, which also suits people who want less motion. */
export function frame(palette: ChartColours, grid = { left: 52, right: 12, top: 10, bottom: 40 }) {
  return { animation: false, textStyle: { fontFamily: "system-ui, sans-serif", color: palette.text }, grid };
}

export function label({ muted }: ChartColours) {
  return { color: muted, fontSize: 11 };
}

export function axis(palette: ChartColours) {
  return {
    type: "value",
    axisLabel: { ...label(palette), hideOverlap: true },
    nameTextStyle: label(palette),
    axisLine: { show: true, lineStyle: { color: palette.rule } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
}

export function axisOfAmounts(palette: ChartColours) {
  return {
    ...axis(palette),
    min: 0,
    splitNumber: 3,
    axisLine: { show: false },
    splitLine: { show: true, lineStyle: { color: palette.rule } },
  };
}

/** Options of a tooltip for all series at a place of the axis. */
export function tooltip({ card, text, muted, rule }: ChartColours) {
  return {
    trigger: "axis",
    // Drawn on the canvas: HTML with styles inside would not pass a page's content security policy.
    renderMode: "richText",
    confine: true,
    backgroundColor: card,
    borderColor: rule,
    textStyle: { color: text, fontSize: 12 },
    axisPointer: { lineStyle: { color: muted }, animation: false },
  };
}
