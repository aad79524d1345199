import { goQuote } from "../text/go-quote.ts";
import { isLabelValue, isQualifiedName } from "../text/names.ts";
import { type Operator, type Requirement, type Selector, selectorOf } from "./selector.ts";

/** Text that is no selector; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
}

/** Reads `app=web,tier in (a, b),!gone`. Throws SelectorError. */
export function parseLabelSelector(text: string): Selector {
  if (text === "") return selectorOf([]);
  const tokens = tokensOf(text);
  const requirements: Requirement[] = [];
  const state: State = { tokens, at: 0 };
  while (!ended(state)) {
    const { kind, text: found } = peek(state);
    if (kind !== "word" && found !== "!") fail(`found '${found}', expected: !, identifier, or 'end of string'`);
    requirements.push(readRequirement(state));
    if (ended(state)) break;
    const comma = take(state);
    if (comma.text !== ",") fail(`found '${comma.text}', expected: ',' or 'end of string'`);
    const after = peek(state);
    if (after.kind !== "word" && after.text !== "!") fail(`found '${after.text}', expected: identifier after ','`);
  }
  return selectorOf(requirements);
}

interface Token {
  readonly kind: "word" | "sign" | "end";
  readonly text: string;
}
interface State {
  readonly tokens: readonly Token[];
  at: number;
}

const END: Token = { kind: "end", text: "" };
const SIGNS = new Set(["=", "==", "!=", "!", "(", ")", ",", ">", "<"]);

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/[ \t\r\n]+|([=!(),<>]+)|([^ \t\r\n=!(),<>]+)/g)) {
    if (match[2] !== undefined) tokens.push({ kind: "word", text: match[2] });
    if (match[1] !== undefined) for (const sign of signsOf(match[1])) tokens.push({ kind: "sign", text: sign });
  }
  return tokens;
}

function signsOf(run: string): readonly string[] {
  const signs: string[] = [];
  for (let at = 0; at < run.length; ) {
    const two = run.slice(at, at + 2);
    const sign = SIGNS.has(two) ? two : run.slice(at, at + 1);
    signs.push(sign);
    at += sign.length;
  }
  return signs;
}

function peek(state: State): Token {
  return state.tokens[state.at] ?? END;
}
function take(state: State): Token {
  const token = peek(state);
  state.at++;
  return token;
}
function ended(state: State): boolean {
  return state.at >= state.tokens.length;
}
function fail(message: string): never {
  throw new SelectorError(message);
}

function readRequirement(state: State): Requirement {
  try {
    return checked(readUnchecked(state));
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function readUnchecked(state: State): Requirement {
  const negated = peek(state).text === "!" && peek(state).kind === "sign";
  if (negated) state.at++;
  const key = take(state);
  if (key.kind !== "word") fail(`found '${key.text}', expected: identifier`);
  const messages = isQualifiedName(key.text);
  if (messages.length > 0) fail(`<nil>: Invalid value: ${goQuote(key.text)}: ${messages.join("; ")}`);
  const next = peek(state);
  if (negated) return { key: key.text, operator: "!", values: [] };
  if (next.kind === "end" || next.text === ",") return { key: key.text, operator: "exists", values: [] };
  const operator = operatorOf(take(state));
  const values = operator === "in" || operator === "notin" ? readValues(state) : [readExact(state)];
  return { key: key.text, operator, values: [...new Set(values)].toSorted() };
}

const BINARY: Readonly<Record<string, Operator>> = {
  "=": "=",
  "==": "==",
  "!=": "!=",
  ">": "gt",
  "<": "lt",
  in: "in",
  notin: "notin",
};

function operatorOf(token: Token): Operator {
  const operator = Object.hasOwn(BINARY, token.text) ? BINARY[token.text] : undefined;
  return operator ?? fail(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
}

function readExact(state: State): string {
  const next = peek(state);
  if (next.kind === "end" || next.text === ",") return "";
  state.at++;
  return next.kind === "word" ? next.text : fail(`found '${next.text}', expected: identifier`);
}

function readValues(state: State): readonly string[] {
  const open = take(state);
  if (open.text !== "(") fail(`found '${open.text}' expected: '('`);
  const values: string[] = [];
  let expectsValue = true;
  for (;;) {
    const token = take(state);
    if (token.kind === "word") {
      if (!expectsValue) fail(`found '${token.text}', expected: ',' or ')'`);
      values.push(token.text);
      expectsValue = false;
    } else if (token.text === "," || token.text === ")") {
      if (expectsValue) values.push("");
      if (token.text === ")") return values;
      expectsValue = true;
    } else {
      fail(`found '${token.text}', expected: ',', ')' or identifier`);
    }
  }
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  for (const [index, value] of values.entries()) {
    if ((operator === "gt" || operator === "lt") && !/^[-+]?[0-9]+$/.test(value)) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
      fail(`values[${index}]: Invalid value: ${goQuote(value)}: ${detail}`);
    }
    const messages = isLabelValue(value);
    if (messages.length > 0) {
      fail(`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${messages.join("; ")}`);
    }
  }
  return requirement;
}
