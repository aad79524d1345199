// The CIS Kubernetes Benchmark, by the commands that docs/security.md gives for each check, on a cluster with default settings.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";
import { CIS_CHECKS } from "./cis-checks.ts";

const ROOT = join(import.meta.dirname, "../..");
const { prelude, rows } = readTable(readFileSync(join(ROOT, "docs/security.md"), "utf8"));
const PRINTS_NOTHING = "nothing";

interface Row {
  readonly checks: string;
  readonly verdict: string;
  /** Absent: shown by a file, or nobody's to show. */
  readonly run?: { readonly command: string; readonly prints: string };
  /** Tests that show it instead. */
  readonly files: readonly string[];
}

function readTable(text: string): { readonly prelude: string; readonly rows: readonly Row[] } {
  const [, section = ""] = text.split("\n## CIS Kubernetes Benchmark\n");
  const [own = ""] = section.split("\n## ");
  const lines = own.split("\n").filter((line) => /^\| \d/.test(line));
  return { prelude: /```sh\n([\s\S]*?)```/.exec(own)?.[1] ?? "", rows: lines.map(rowOf) };
}

/** A cell's own bars are written `\|`. */
function rowOf(line: string): Row {
  const [, checks = "", verdict = "", , shown = ""] = line
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
  const [, command, printed, nothing] = /^`(.*)` → (?:`(.*)`|(nothing))$/.exec(shown) ?? [];
  if (command === undefined)
    return { checks, verdict, files: [...shown.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path) };
  return { checks, verdict, files: [], run: { command, prints: nothing ?? printed ?? "" } };
}

/** `1.1.1 to 1.1.8` and `1.1.15, 1.1.17` one by one. */
function idsOf({ checks }: Row): readonly string[] {
  const [, group = "", from, to] = /^([\d.]+)\.(\d+) to \1\.(\d+)$/.exec(checks) ?? [];
  if (from === undefined) return checks.split(", ");
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => `${group}.${Number(from) + i}`);
}

test("the table has each check of the benchmark once, and what is automatic there does not fail", () => {
  expect(rows.flatMap(idsOf).toSorted()).toEqual([...CIS_CHECKS.keys()].toSorted());
  const failing = rows.filter(({ verdict }) => verdict !== "yes" && verdict !== "none").flatMap(idsOf);
  expect(failing.filter((id) => CIS_CHECKS.get(id) === "automated")).toEqual([]);
  expect(rows.map(({ verdict }) => verdict).filter((v) => !["yes", "none", "flag", "yours", "no"].includes(v))).toEqual(
    [],
  );
});

test("what other tests show names tests that there are", () => {
  expect(rows.flatMap(({ files }) => files).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const silent = rows.filter(
    ({ run, files, verdict }) => run === undefined && files.length === 0 && verdict !== "yours",
  );
  expect(silent).toEqual([]);
});

describe.skipIf(process.platform !== "linux")("a started cluster", () => {
  const shown = rows.flatMap(({ checks, run }) => (run === undefined ? [] : [{ checks, ...run }]));
  let cluster: SimulatedCluster;
  /** What each command printed, and what was expected, with its variables filled in. */
  let printed: readonly string[] = [];
  beforeAll(async () => {
    cluster = await simulatedCluster();
    const { code, stderr } = await cluster.up();
    expect([code, stderr]).toEqual([0, ""]);
    printed = await inOneShell(shown.flatMap(({ command, prints }) => [command, expected(prints)]));
  }, 120_000);
  afterAll(async () => await cluster.remove());

  it.each(shown.map((row, i) => ({ ...row, i })))("$checks: $command", ({ i }) => {
    expect(printed[2 * i]).toBe(printed[2 * i + 1]);
  });

  /** As a person would: the lines before the table first, then all commands. White space is not compared. */
  function inOneShell(commands: readonly string[]): Promise<readonly string[]> {
    const script = [prelude, ...commands.map((command) => `printf '\\0'; { ${command}\n} 2>&1 </dev/null`)].join("\n");
    const env = { ...process.env, D: cluster.dataDir, PATH: `${ROOT}${delimiter}${process.env["PATH"] ?? ""}` };
    return new Promise((resolve, reject) => {
      execFile("bash", ["-c", script], { env, timeout: 110_000 }, (error, stdout) => {
        const [before = "", ...parts] = stdout.split("\0").map((part) => part.trim().replaceAll(/\s+/g, " "));
        if (before === "" && parts.length === commands.length) resolve(parts);
        else reject(new Error(`the lines before the table do not work: ${before}`, { cause: error }));
      });
    });
  }
});

function expected(prints: string): string {
  return prints === PRINTS_NOTHING ? "true" : `echo "${prints.replaceAll('"', '\\"')}"`;
}
