/** Writes conditions as text with as few parentheses as the grammar lets, or with all that it lets. */
import type {
  Expression,
  Iterator,
  Quantifier,
  Range,
  RuleSetSyntax,
  StringSet,
} from "../../src/rules/ast.ts";

const LEVELS: Readonly<Record<string, number>> = {
  ...{ or: 1, and: 2, "|": 5, "^": 6, "&": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "\\": 10, "%": 10 },
};
const [NOT, COMPARISON, PRODUCT, SIGN, ATOM] = [3, 4, 10, 11, 12] as const;

export class ConditionWriter {
  constructor(private readonly everyParenthesis: boolean) {}

  write(expression: Expression): string {
    switch (expression.kind) {
      case "boolean":
        return String(expression.value);
      case "integer":
        return String(expression.value);
      case "float":
        return Number.isInteger(expression.value) ? expression.value.toFixed(1) : String(expression.value);
      case "text":
        return quoted(expression.value);
      case "regex":
        return `/${expression.regex.source}/${expression.regex.nocase ? "i" : ""}${expression.regex.dotAll ? "s" : ""}`;
      case "filesize":
      case "entrypoint":
        return expression.kind;
      case "name":
        return expression.name;
      case "member":
        return `${this.write(expression.object)}.${expression.field}`;
      case "index":
        return `${this.write(expression.object)}[${this.write(expression.index)}]`;
      case "call":
        return `${this.write(expression.callee)}(${expression.arguments.map((each) => this.write(each)).join(", ")})`;
      case "read":
        return `${expression.type}(${this.write(expression.offset)})`;
      case "string":
        return expression.id + this.place(expression.at, expression.in);
      case "count":
        return `#${expression.id.slice(1)}${this.place(undefined, expression.in)}`;
      case "offset":
      case "length": {
        const index = expression.index === undefined ? "" : `[${this.write(expression.index)}]`;
        return `${expression.kind === "offset" ? "@" : "!"}${expression.id.slice(1)}${index}`;
      }
      case "not":
      case "defined":
        return `${expression.kind} ${this.operand(expression.operand, NOT)}`;
      case "negate":
      case "complement":
        return `${expression.kind === "negate" ? "-" : "~"}${this.operand(expression.operand, SIGN)}`;
      case "binary": {
        const level = levelOf(expression);
        const left = this.operand(expression.left, level === COMPARISON ? level + 1 : level);
        return `${left} ${expression.operator} ${this.operand(expression.right, level + 1)}`;
      }
      case "of":
        return `${this.quantifier(expression.quantifier)} of ${set(expression.set)}${this.place(expression.at, expression.in)}`;
      case "for-of":
        return `for ${this.quantifier(expression.quantifier)} of ${set(expression.set)} : (${this.write(expression.body)})`;
      case "for-in": {
        const { quantifier, variables, iterator, body } = expression;
        const head = `for ${this.quantifier(quantifier)} ${variables.join(", ")} in ${this.iterator(iterator)}`;
        return `${head} : (${this.write(body)})`;
      }
    }
  }

  private operand(expression: Expression, level: number): string {
    const written = this.write(expression);
    // A regular expression behind `matches` is a token that has no parentheses.
    const must = levelOf(expression) < level;
    return must || (this.everyParenthesis && expression.kind !== "regex") ? `(${written})` : written;
  }

  private place(at: Expression | undefined, within: Range | undefined): string {
    if (at !== undefined) return ` at ${this.operand(at, COMPARISON + 1)}`;
    return within === undefined ? "" : ` in ${this.range(within)}`;
  }

  private range({ low, high }: Range): string {
    return `(${this.write(low)}..${this.write(high)})`;
  }

  private quantifier(quantifier: Quantifier): string {
    if (quantifier.kind === "percent") return `${this.operand(quantifier.value, PRODUCT)} %`;
    return quantifier.kind === "count" ? this.operand(quantifier.value, COMPARISON + 1) : quantifier.kind;
  }

  private iterator(iterator: Iterator): string {
    if (iterator.kind === "range") return this.range(iterator.range);
    if (iterator.kind === "object") return this.write(iterator.object);
    return `(${iterator.values.map((value) => this.write(value)).join(", ")})`;
  }
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case "binary":
      return LEVELS[expression.operator] ?? COMPARISON;
    case "not":
    case "defined":
      return NOT;
    case "negate":
    case "complement":
      return SIGN;
    case "string":
    case "of":
      return expression.at === undefined ? ATOM : COMPARISON;
    default:
      return ATOM;
  }
}

function set(members: StringSet | RuleSetSyntax): string {
  if (members.kind === "them") return "them";
  return `(${(members.kind === "rules" ? members.names : members.ids).join(", ")})`;
}

/** A string token for any bytes. */
export function quoted(value: string): string {
  const written = value.replace(/[^ -~]|["\\]/gs, (character) =>
    character === '"' || character === "\\"
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${written}"`;
}
