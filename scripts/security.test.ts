// What docs/security.md says of lessons: the tests are there, and what nothing may do is done nowhere.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTest, packageSources, ROOT } from "./lib/sources.ts";

const lessons = readFileSync(join(ROOT, "docs/security.md"), "utf8")
  .split("\n## What is kept out")[1]
  ?.split("\n## ")[0];

test("each lesson has tests, and they are there", () => {
  const rows = (lessons ?? "").split("\n").filter((line) => /^\| (?!lesson|---)/.test(line));
  const shown = rows.map((row) => ({ row, by: row.split("|").at(-2) ?? "" }));
  expect(shown.length).toBeGreaterThan(18);
  expect(shown.filter(({ by }) => !/lessons|`[^`]+\.test\.ts`/.test(by))).toEqual([]);
  const files = shown.flatMap(({ by }) => [...by.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
  const missing = files.filter((path) => ![path, `packages/${path}`].some((at) => existsSync(join(ROOT, at))));
  expect(missing).toEqual([]);
});

const sources = packageSources().filter(({ path }) => !isTest(path));

// CVE-2020-8558: kube-proxy made the kernel route packets for 127.0.0.0/8 from the network, so that neighbours reached what listens on
// loopback only.
test("nothing makes the kernel route loopback addresses", () => {
  expect(sources.filter(({ text }) => text.includes("route_localnet"))).toEqual([]);
});

// CVE-2018-1002100, CVE-2019-1002101, CVE-2019-11246, CVE-2019-11249: `cp` wrote where names in a container's archive led it.
test("nothing that reads archives writes files, so that no name in one leads anywhere", () => {
  const readers = sources.filter(({ text }) => /["']tar-stream["']/.test(text) && /\bextract\b/.test(text));
  expect(readers.length).toBeGreaterThan(0);
  const writers = readers.filter(({ text }) =>
    /\b(writeFile|createWriteStream|mkdir|symlink|rename|link)\w*\(/.test(text),
  );
  const commands = sources.filter(({ text }) => /["'](tar|unzip|cpio)["']/.test(text));
  expect([...writers, ...commands].map(({ path }) => path)).toEqual([]);
});
