import { expect, test } from "bun:test";
import { obscureComments } from "../../tools/doc-comments.ts";

test("openings that make a reader guess are named, with the line", () => {
  // Written so that the lint does not find them here.
  const text = `/++ Says what it does. */
/++ What is given stands. */
/++
 * Whether it runs.
 */
/++ Of those that are left. */
/++
 * So often it is looked at.
 */
`.replaceAll("/++", "/**");
  expect(obscureComments("src/a.ts", text)).toEqual([
    "src/a.ts:2: What is given stands. …",
    "src/a.ts:3: Whether it runs. …",
    "src/a.ts:6: Of those that are left. …",
    "src/a.ts:7: So often it is looked at. …",
  ]);
});

test("other comments, other words and what comes later may say so", () => {
  const text = `// What is meant.
/* Whether or not. */
/** Whatever it takes. */
/** Offers. What is left is read. */
/**/
const comment = 1; /** Sources. */
`;
  expect(obscureComments("src/a.ts", text)).toEqual([]);
});
