import { type Event, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import { goQuote } from "../text/go-quote.ts";
import { DEPTH_LIMIT } from "./exact-json.ts";

/** More are not told. */
const REPEATED_MAX = 100;

interface Collection {
  /** Keys that are set, as upstream prints them; undefined: a list. */
  readonly keys: Set<string> | undefined;
  /** The key that waits for its value; undefined: a key comes next. */
  key: string | undefined;
  /** Where that value begins. */
  line: number;
}

/**
 * Keys of YAML that come twice in one mapping, as upstream tells of them: `line 9: key "foo" already set in map`, by the line of the value,
 * and what is within a value before its own key. `read` is what a plain scalar means. Keys that are aliases are not looked at.
 */
export function repeatedKeys(text: string, read: (plain: string) => unknown): readonly string[] {
  const out: string[] = [];
  const lineAt = lineCounter(text);
  const open: Collection[] = [];
  for (const event of parseEvents(text, { maxDepth: DEPTH_LIMIT })) {
    if (out.length === REPEATED_MAX) break;
    if (event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      open.pop();
      valueEnds(open.at(-1), out);
      continue;
    }
    const within = open.at(-1);
    const line = lineAt(startOf(event));
    const isKey = within?.keys !== undefined && within.key === undefined;
    if (within !== undefined) within.line = line;
    if (isKey) within.key = event.type === EVENT_ID.SCALAR ? keyOf(text, event, read) : "";
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      open.push({ keys: event.type === EVENT_ID.MAPPING ? new Set() : undefined, key: undefined, line });
    } else if (!isKey) valueEnds(within, out);
  }
  return out;
}

function valueEnds(collection: Collection | undefined, out: string[]): void {
  if (collection?.keys === undefined || collection.key === undefined) return;
  const { keys, key, line } = collection;
  if (keys.has(key)) out.push(`line ${line}: key ${key} already set in map`);
  else if (key !== "") keys.add(key);
  collection.key = undefined;
}

/** A key as Go prints it; empty for one that merges others in. */
function keyOf(text: string, event: ScalarEvent, read: (plain: string) => unknown): string {
  const written = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return goQuote(written);
  if (written === "<<") return "";
  const value = read(written);
  if (value === null) return "<nil>";
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? String(value)
    : goQuote(written);
}

/** Where a value begins, with its anchor and tag; a block of text begins with its mark on the line before. */
function startOf(event: Exclude<Event, { readonly type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): number {
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  const marks = [event.anchorStart, event.tagStart].filter((position) => position >= 0);
  if (marks.length > 0) return Math.min(...marks);
  if (event.type !== EVENT_ID.SCALAR) return event.start;
  const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
  return block ? event.valueStart - 1 : event.valueStart;
}

/** The line of each position, from one on; positions come in order, and what has none is where the last one was. */
function lineCounter(text: string): (position: number) => number {
  let line = 1;
  let at = 0;
  return (position) => {
    for (; at < position; at++) if (text.charAt(at) === "\n") line++;
    return line;
  };
}
