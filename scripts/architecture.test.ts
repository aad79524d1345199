// The interfaces that ARCHITECTURE.md shows are those of the code: it may leave members out, but says nothing that is not so.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTest, packageSources, ROOT } from "./lib/sources.ts";

interface Declaration {
  readonly name: string;
  /** Members of an interface, alternatives of a type; without comments and layout. */
  readonly parts: readonly string[];
}

/** Exported interfaces and types, each up to the bracket or semicolon that ends it. */
function declarations(text: string): readonly Declaration[] {
  const out: Declaration[] = [];
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  for (const match of bare.matchAll(/export (interface|type) (\w+)/g)) {
    const [head, kind, name = ""] = match;
    const rest = bare.slice(match.index + head.length);
    const body = kind === "interface" ? rest.slice(rest.indexOf("{") + 1) : rest.slice(rest.indexOf("=") + 1);
    out.push({ name, parts: partsOf(body, kind === "interface" ? ";" : "|") });
  }
  return out;
}

/** What stands between separators that no bracket encloses, until the declaration ends. */
function partsOf(body: string, separator: ";" | "|"): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < body.length; at++) {
    const char = body[at] ?? "";
    if ("{([<".includes(char)) depth++;
    const closes = "})]".includes(char) || (char === ">" && body[at - 1] !== "=");
    if (closes) depth--;
    const ends = depth < 0 || (depth === 0 && char === ";" && separator === "|");
    if (ends || (depth === 0 && char === separator)) {
      parts.push(withoutLayout(body.slice(from, at)));
      from = at + 1;
    }
    if (ends) break;
  }
  return parts.filter((part) => part !== "");
}

/** The same part, or an object with at least its members. */
function declares(written: readonly string[], part: string): boolean {
  if (written.includes(part)) return true;
  const members = membersOf(part);
  return members.length > 0 && written.map(membersOf).some((more) => members.every((one) => more.includes(one)));
}

function membersOf(part: string): readonly string[] {
  return part.startsWith("{") ? partsOf(part.slice(1), ";") : [];
}

/** `x?: T | undefined` counts as `x?: T`: the first is how the code must write the second. */
function withoutLayout(text: string): string {
  return text
    .replace(/\s+/g, "")
    .replace(/(\?:[^;]*?)\|undefined(?=[;,}]|$)/g, "$1")
    .replace(/[,;](?=[)}])/g, "");
}

const page = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
const shown = declarations(/## Interfaces\n[\s\S]*?\n```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
const written = packageSources()
  .filter(({ path }) => !isTest(path))
  .flatMap(({ text }) => declarations(text));

test("each interface that the page shows is declared with each member that it shows", () => {
  expect(shown.length).toBeGreaterThan(15);
  const untrue = shown.flatMap(({ name, parts }) => {
    const namesakes = written.filter((one) => one.name === name);
    const missing = namesakes.map((one) => parts.filter((part) => !declares(one.parts, part)));
    const [closest] = missing.toSorted((a, b) => a.length - b.length);
    return closest === undefined ? [name] : closest.map((part) => `${name}: ${part}`);
  });
  expect(untrue).toEqual([]);
});
