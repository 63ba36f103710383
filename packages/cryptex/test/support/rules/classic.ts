/**
 * Says a condition in the words of YARA 4.2.3, where it means something else there by a fault that later versions mended. Works
 * on the text of conditions that condition.ts writes, not on any.
 */
export function classicCondition(condition: string): string {
  return (
    withoutNoneLoops(withoutOfAt(condition))
      // The lower end of the range was taken for a pointer: any but 0 ended the scan with error 31.
      .replace(
        /#(\w+) in \(([^().]+)\.\.([^()]+)\)/g,
        (_, name, low, high) => `(#${name} in (0..${high}) - #${name} in (0..${low} - 1))`,
      )
      // At an undefined offset the answer was "no", and not "undefined".
      .replace(
        /(\$\w+) at (@\w+(\[\d+\])?( \+ \d+)?)/g,
        (_, id, offset) => `(math.to_number(${id} at ${offset}) + 0 * (${offset}) == 1)`,
      )
  );
}

/** "of … at" is new in YARA 4.3. */
function withoutOfAt(condition: string): string {
  return condition.replace(
    /(?<!for )\b(any|all|none|\d+) of (them|\([^()]*\)) at (\d+)/g,
    "for $1 of $2 : ($ at $3)",
  );
}

/** `for none` was taken for "0 or more turns of the loop", which is always true. Today it takes one turn at least. */
function withoutNoneLoops(condition: string): string {
  const loop = /for none (.+?) : \(/.exec(condition);
  if (loop === null) return condition;
  const start = loop.index;
  const bodyAt = start + loop[0].length;
  let end = bodyAt;
  for (let depth = 1; depth > 0; end++) {
    if (condition[end] === "(") depth++;
    else if (condition[end] === ")") depth--;
  }
  const body = condition.slice(bodyAt, end - 1);
  const rewritten = `(for any ${loop[1]} : (true) and not for any ${loop[1]} : (${body}))`;
  return withoutNoneLoops(condition.slice(0, start) + rewritten + condition.slice(end));
}
