import { isRecord } from "@skates/apimachinery";

type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: readonly Step[]; readonly negated: boolean; readonly value: unknown };

/** Finds values in an object. */
export type JsonPath = (object: unknown) => readonly unknown[];

const TOKEN =
  /^(?:\.?\[\?\(@(\.[^=!)]+?)\s*(==|!=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)]+?)\s*\)\]|\.?\[(-?\d+)\]|\.?\[\*\]|(\.\*)|\.?\['((?:[^'\\]|\\.)*)'\]|\.((?:[^.[\\]|\\.)+))/;

/** Compiles the part of JSONPath that columns use: members, indexes, `[*]`, `['a.b']` and filters by equality. Undefined: not understood. */
export function jsonPath(text: string): JsonPath | undefined {
  const steps = parse(text);
  return steps === undefined ? undefined : (object) => evaluate(steps, [object]);
}

function parse(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text.startsWith("$") ? text.slice(1) : text;
  if (rest !== "" && !rest.startsWith(".") && !rest.startsWith("[")) return undefined;
  while (rest !== "" && rest !== ".") {
    const match = TOKEN.exec(rest);
    if (match === null) return undefined;
    const [whole, filter, operator, literal, index, , quoted, member] = match;
    rest = rest.slice(whole.length);
    if (filter !== undefined) {
      const path = parse(filter.trim());
      if (path === undefined) return undefined;
      steps.push({ kind: "filter", path, negated: operator === "!=", value: literalOf(literal ?? "") });
    } else if (index !== undefined) steps.push({ kind: "index", index: Number(index) });
    else if (quoted !== undefined) steps.push({ kind: "member", name: unescaped(quoted) });
    else if (member !== undefined) steps.push({ kind: "member", name: unescaped(member) });
    else steps.push({ kind: "all" });
  }
  return steps;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

function literalOf(text: string): unknown {
  if (/^["']/.test(text)) return unescaped(text.slice(1, -1));
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function evaluate(steps: readonly Step[], start: readonly unknown[]): readonly unknown[] {
  let values = start;
  for (const step of steps) values = values.flatMap((value) => stepInto(step, value));
  return values;
}

function stepInto(step: Step, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case "member": {
      const member = isRecord(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
      return member === undefined ? [] : [member];
    }
    case "index": {
      const item: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case "all":
      return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
    case "filter": {
      if (!Array.isArray(value)) return [];
      return value.filter((item) => evaluate(step.path, [item]).some((one) => one === step.value) !== step.negated);
    }
  }
}
