/** Style sheet of an HTML report, light and dark, self-contained. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --text: #1d1f24; --muted: #686d78;
  --rule: #e7e5e0; --rule-strong: #b9b6ae;
  --ink-1: #31588f; --ink-2: #c2562e; --band: rgba(194, 86, 46, 0.13);
  --pass: #2c6e49; --pass-back: #e0f0e6; --weak: #8a5a00; --weak-back: #fbeecd;
  --fail: #a4161a; --fail-back: #fbdfdf; --none: #6a6f7a; --none-back: #ececea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --card: #1c1f24; --text: #e6e6e3; --muted: #9aa0ab;
    --rule: #2c3037; --rule-strong: #555b66;
    --ink-1: #86abdf; --ink-2: #f08a5d; --band: rgba(240, 138, 93, 0.17);
    --pass: #8fd6ae; --pass-back: #1d3528; --weak: #f2c96a; --weak-back: #3b2f12;
    --fail: #ff9b97; --fail-back: #451d1e; --none: #a4a9b3; --none-back: #2a2e35;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 70rem;
  background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 1.2rem; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 0.8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1.2rem; margin: 0 0 1.4rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.conclusion {
  display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: center; padding: 1rem 1.2rem;
  background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
}
.conclusion > :last-child { flex: 1 1 20rem; }
.conclusion p { margin: 0.15rem 0; }
.score { font-size: 2rem; font-weight: 600; line-height: 1; white-space: nowrap; font-variant-numeric: tabular-nums; }
.score small { display: block; font-size: 0.75rem; font-weight: 400; color: var(--muted); margin-top: 0.3rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.9rem 0.9rem 0.8rem; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
figure svg { display: block; width: 100%; height: auto; }
figure.wide { grid-column: 1 / -1; }
figure.square svg { max-width: 24rem; margin: 0 auto; }
figcaption { font-size: 0.83rem; color: var(--muted); margin-top: 0.5rem; }
figcaption b { color: var(--text); font-weight: 600; }
details { margin: 2.6rem 0 0; }
details + details { margin-top: 0.8rem; }
summary { font-weight: 600; cursor: pointer; }
details .scroll { margin-top: 0.8rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.34rem 0.7rem; vertical-align: baseline; }
thead th { color: var(--muted); font-weight: 500; font-size: 0.8rem; border-bottom: 1px solid var(--rule-strong); white-space: nowrap; }
tbody td { border-top: 1px solid var(--rule); }
tbody th { color: var(--muted); font-weight: 500; font-size: 0.8rem; padding-top: 0.8rem; text-transform: capitalize; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.remark { color: var(--muted); }
.mark {
  display: inline-block; min-width: 3.1rem; padding: 0.02rem 0.45rem; border-radius: 4px;
  text-align: center; font-size: 0.74rem; font-weight: 600; letter-spacing: 0.03em;
}
.pass { color: var(--pass); background: var(--pass-back); }
.weak { color: var(--weak); background: var(--weak-back); }
.fail { color: var(--fail); background: var(--fail-back); }
.none { color: var(--none); background: var(--none-back); }
@media print { body { max-width: none; padding: 0; } figure, tr { break-inside: avoid; } }
`;
