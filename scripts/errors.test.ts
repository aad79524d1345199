// docs/errors.md names exactly the codes and reasons of the code: what is thrown is declared, what is declared is described.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STATUS_CODES } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { isTest, packageSources, ROOT } from "./lib/sources.ts";

const sources = packageSources().filter((source) => !isTest(source.path));
const page = readFileSync(join(ROOT, "docs", "errors.md"), "utf8");

/** Codes by package, as each package's errors.ts declares them. */
function declared(): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const source of sources) {
    if (!/^packages\/[^/]+\/src\/errors\.ts$/.test(source.path)) continue;
    const code = source.text.replace(/\/\*[\s\S]*?\*\//g, "");
    const union = /export (?:type \w+Code =|const \w+_CODES = \[)([\s\S]*?)[;\]]/.exec(code)?.[1] ?? "";
    out.set(
      source.package,
      [...union.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? ""),
    );
  }
  return out;
}

/** Codes that are named where failures are made. */
function thrown(): readonly { readonly package: string; readonly code: string }[] {
  const made = /\b(?:OperatingError|storeError|apiServerError)\(\s*(?:\w+ \? "(\w+)" : )?"(\w+)"/g;
  return sources.flatMap((source) =>
    [...source.text.matchAll(made)].flatMap((match) =>
      [match[1], match[2]].filter((code) => code !== undefined).map((code) => ({ package: source.package, code })),
    ),
  );
}

/** First cells of the table under a heading. */
function rows(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? "");
}

test("every failure has a code that its package declares", () => {
  const codes = declared();
  const strangers = thrown().filter((one) => codes.get(one.package)?.includes(one.code) !== true);
  expect(strangers).toEqual([]);
  expect(thrown().length).toBeGreaterThan(50);
});

test("the page describes exactly the codes of each package", () => {
  const codes = declared();
  const described = Object.fromEntries([...codes.keys()].map((name) => [name, rows(name).toSorted()]));
  expect(described).toEqual(Object.fromEntries([...codes].map(([name, list]) => [name, list.toSorted()])));
});

test("the page gives each reason of a refusal with its HTTP code", () => {
  const section = page.split(/^## /m).find((text) => text.startsWith("Refusals\n")) ?? "";
  const described = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map((match) => [match[1], Number(match[2])]);
  expect(Object.fromEntries(described)).toEqual(STATUS_CODES);
});
