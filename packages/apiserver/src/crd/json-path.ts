import { equalValues, isRecord } from "@skates/apimachinery";

/** Finds values in an object. */
export type JsonPath = (object: unknown) => readonly unknown[];

type Step = (values: readonly unknown[]) => readonly unknown[];

/**
 * Compiles the JSONPath of columns and selectable fields: members, `['a.b']`, indexes, slices, `*`, `..`, and filters that compare
 * or ask for presence. Missing members are no findings. Undefined: it is not understood.
 */
export function jsonPath(text: string): JsonPath | undefined {
  const steps = parse(text.startsWith("$") ? text.slice(1) : text);
  return steps === undefined ? undefined : (object) => run(steps, [object]);
}

function run(steps: readonly Step[], start: readonly unknown[]): readonly unknown[] {
  let values = start;
  for (const step of steps) values = step(values);
  return values;
}

function parse(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  if (rest !== "" && !rest.startsWith(".") && !rest.startsWith("[")) return undefined;
  while (rest !== "" && rest !== ".") {
    const read = rest.startsWith("[") || rest.startsWith(".[") ? readBrackets(rest) : readName(rest);
    if (read === undefined) return undefined;
    steps.push(read.step);
    rest = read.rest;
  }
  return steps;
}

interface Read {
  readonly step: Step;
  readonly rest: string;
}

function readName(text: string): Read | undefined {
  const deep = text.startsWith("..");
  const match = /^\.{1,2}((?:[^.[\]\\]|\\.)+)/.exec(text);
  if (match === null) return undefined;
  const [whole, name = ""] = match;
  const step = name === "*" ? all : member(unescaped(name));
  return { step: deep ? (values) => step(values.flatMap(within)) : step, rest: text.slice(whole.length) };
}

function readBrackets(text: string): Read | undefined {
  const start = text.indexOf("[");
  const end = closing(text, start);
  if (end === undefined) return undefined;
  const step = bracketStep(text.slice(start + 1, end).trim());
  return step === undefined ? undefined : { step, rest: text.slice(end + 1) };
}

/** Where the bracket at `start` closes; brackets within texts and filters do not count. */
function closing(text: string, start: number): number | undefined {
  let depth = 0;
  let quote = "";
  for (let at = start; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === "\\") at++;
    else if (quote !== "") quote = letter === quote ? "" : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === "[") depth++;
    else if (letter === "]" && --depth === 0) return at;
  }
  return undefined;
}

function bracketStep(inner: string): Step | undefined {
  if (inner === "*") return all;
  if (/^-?\d+$/.test(inner)) return index(Number(inner));
  if (/^(['"]).*\1$/.test(inner)) return member(unescaped(inner.slice(1, -1)));
  if (/^-?\d*:-?\d*(?::\d+)?$/.test(inner)) return slice(inner);
  const filter = /^\?\((.*)\)$/s.exec(inner);
  return filter === null ? undefined : filterStep((filter[1] ?? "").trim());
}

function member(name: string): Step {
  return (values) =>
    values.flatMap((value) => {
      const found = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return found === undefined ? [] : [found];
    });
}

function index(at: number): Step {
  return (values) =>
    values.flatMap((value) => {
      const item: unknown = Array.isArray(value) ? value.at(at) : undefined;
      return item === undefined ? [] : [item];
    });
}

function slice(text: string): Step {
  const [from = "", to = "", by = ""] = text.split(":");
  const step = by === "" ? 1 : Math.max(1, Number(by));
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      const part = value.slice(from === "" ? 0 : Number(from), to === "" ? undefined : Number(to));
      return part.filter((_, position) => position % step === 0);
    });
}

function all(values: readonly unknown[]): readonly unknown[] {
  return values.flatMap(children);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value).filter((one) => one !== undefined) : [];
}

/** A value and all that is in it. */
function within(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(within)];
}

type Operand = (item: unknown) => readonly unknown[];

const COMPARISON = /^((?:[^"'=!<>]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/s;

function filterStep(text: string): Step | undefined {
  const match = COMPARISON.exec(text);
  if (match === null) {
    const present = operand(text);
    if (present === undefined) return undefined;
    return (values) => values.flatMap(children).filter((item) => present(item).length > 0);
  }
  const left = operand((match[1] ?? "").trim());
  const right = operand((match[3] ?? "").trim());
  const operator = match[2] ?? "==";
  if (left === undefined || right === undefined) return undefined;
  return (values) =>
    values.flatMap(children).filter((item) => {
      const [a] = left(item);
      const [b] = right(item);
      // Upstream compares only what is there, also for "!=".
      return a !== undefined && b !== undefined && compare(a, b, operator);
    });
}

function operand(text: string): Operand | undefined {
  if (text.startsWith("@")) {
    const steps = parse(text.slice(1));
    return steps === undefined ? undefined : (item) => run(steps, [item]);
  }
  const value = literal(text);
  return value === undefined ? undefined : () => [value];
}

function literal(text: string): unknown {
  if (/^(['"]).*\1$/s.test(text)) return unescaped(text.slice(1, -1));
  if (text === "true" || text === "false") return text === "true";
  return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

function compare(a: unknown, b: unknown, operator: string): boolean {
  if (operator === "==" || operator === "!=") return equalValues(a, b) === (operator === "==");
  const [left, right] = [a, b];
  const numbers = typeof left === "number" && typeof right === "number";
  if (!numbers && !(typeof left === "string" && typeof right === "string")) return false;
  const order = left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}
