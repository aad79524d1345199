// The user's kubeconfig gets one context and loses it again; all else in it stays.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeContext, unmergeContext } from "./user-kubeconfig.ts";

let dir: string;
let file: string;
let own: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "skates-kubeconfig-"));
  file = join(dir, "config");
  own = join(dir, "own");
  writeFileSync(own, config("default", "OURS"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function config(name: string, authority: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": authority } }],
    users: [{ name, user: { token: "t" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}

function names(): unknown {
  const { clusters, users, contexts, "current-context": current } = load(readFileSync(file, "utf8")) as any;
  const of = (list: any[]) => list.map((entry) => entry.name);
  return { clusters: of(clusters), users: of(users), contexts: of(contexts), current };
}

test("a missing file is made, for its owner only", () => {
  expect(mergeContext(file, own, { dataDir: "/x/data" })).toBe("skates");
  expect(names()).toEqual({ clusters: ["skates"], users: ["skates"], contexts: ["skates"], current: "skates" });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("others' entries stay, before and after", () => {
  writeFileSync(file, config("work", "THEIRS"));
  mergeContext(file, own, { dataDir: "/x/data" });
  expect(names()).toMatchObject({ contexts: ["work", "skates"], current: "skates" });
  unmergeContext(file, "skates");
  expect(names()).toMatchObject({ clusters: ["work"], users: ["work"], contexts: ["work"], current: "" });
});

test("a taken name gives way to one with the directory's, but our own is taken up again", () => {
  writeFileSync(file, config("skates", "THEIRS"));
  expect(mergeContext(file, own, { dataDir: "/x/data" })).toBe("skates-data");
  expect(mergeContext(file, own, { dataDir: "/x/data" })).toBe("skates-data");
  expect(names()).toMatchObject({ contexts: ["skates", "skates-data"] });
});

test("a file that is no kubeconfig is left alone", () => {
  writeFileSync(file, "{ broken");
  expect(() => mergeContext(file, own, { dataDir: "/x/data" })).toThrow("is no valid kubeconfig and was left alone");
  expect(readFileSync(file, "utf8")).toBe("{ broken");
});
