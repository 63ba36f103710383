/** The shell of a page that holds all it needs: it runs no scripts, and asks nobody for anything. */
import { withEntities } from "./markup.ts";

/** @param title text @param style rules of CSS @param body markup */
export function htmlDocument(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${withEntities(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
