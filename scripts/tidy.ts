/** Checks what STYLE says and no linter knows: lengths, determinism, TODOs, references named alike. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTest, packageSources, ROOT, type Source } from "./lib/sources.ts";

const LINES_MAX = 600;
const TEST_LINES_MAX = 1000;
/** Long files that were there before the check; they may only shrink. */
const EXCEPTIONS_FILE = join(ROOT, "scripts", "tidy-exceptions.json");

/** Not allowed outside src/node/: what to use is in CONTRIBUTING.md, "Determinism". */
const AMBIENT: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(/, "Date.now: use clock.nowMs"],
  [/\bnew Date\(\)/, "new Date(): use clock.nowMs"],
  [/\bperformance\.now\(/, "performance.now: use clock.monotonicMs"],
  [/(?<![.\w])set(Timeout|Interval|Immediate)\(/, "timers: use clock.sleep"],
  [/\bAbortSignal\.timeout\(/, "AbortSignal.timeout: use deadline(clock, ms, signal)"],
  [/\bMath\.random\(/, "Math.random: use random.stream"],
  [/\bcrypto\.randomUUID\(/, "crypto.randomUUID: use uuid(random)"],
  [/(?<![.\w])process\./, "process: use an interface"],
  [/\bnew (WeakRef|FinalizationRegistry)\(/, "WeakRef: own things explicitly"],
];

interface Finding {
  readonly path: string;
  readonly text: string;
}

function isSchema(source: Source): boolean {
  return source.package === "api" || source.path.includes("/meta/v1/");
}

function lengthFindings(source: Source, exceptions: Readonly<Record<string, number>>): readonly Finding[] {
  if (isSchema(source) && !isTest(source.path)) return [];
  const lines = source.text.split("\n").length - 1;
  const allowed = exceptions[source.path] ?? (isTest(source.path) ? TEST_LINES_MAX : LINES_MAX);
  return lines > allowed ? [{ path: source.path, text: `${lines} lines, at most ${allowed}: split it by noun` }] : [];
}

function lineFindings(source: Source): readonly Finding[] {
  const out: Finding[] = [];
  const pure = !source.path.includes("/src/node/") && source.package !== "skates" && !isTest(source.path);
  source.text.split("\n").forEach((line, index) => {
    const at = `${source.path}:${index + 1}`;
    const code = line.replace(/\/\/.*$/, "");
    if (/\bFIXME\b/.test(line)) out.push({ path: at, text: "FIXME does not reach main" });
    if (/\bTODO\b(?!\(#\d+\))/.test(line)) out.push({ path: at, text: "a TODO names its issue: TODO(#3)" });
    if (!pure || /^\s*(\*|\/\*)/.test(line)) return;
    for (const [pattern, text] of AMBIENT) if (pattern.test(code)) out.push({ path: at, text });
  });
  return out;
}

/** `ref<Pod>(() => Pod)`: the type and the value must have one name. */
function referenceFindings(source: Source): readonly Finding[] {
  if (!isSchema(source)) return [];
  return [...source.text.matchAll(/\bref<([\w.]+)>\(\(\)(?::\s*Struct)?\s*=>\s*([\w.]+)\)/g)]
    .filter((match) => match[1] !== match[2])
    .map((match) => ({ path: source.path, text: `ref<${match[1]}> points to ${match[2]}` }));
}

const exceptions: Readonly<Record<string, number>> = JSON.parse(readFileSync(EXCEPTIONS_FILE, "utf8"));
const sources = packageSources();
if (process.argv.includes("--shrink")) {
  const now = Object.fromEntries(sources.map((s) => [s.path, s.text.split("\n").length - 1] as const));
  const kept = Object.entries(exceptions).filter(([path]) => (now[path] ?? 0) > LINES_MAX);
  const shrunk = Object.fromEntries(kept.map(([path, most]) => [path, Math.min(most, now[path] ?? 0)]));
  writeFileSync(EXCEPTIONS_FILE, `${JSON.stringify(shrunk, null, 2)}\n`);
}
const findings = sources.flatMap((s) => [
  ...lengthFindings(s, exceptions),
  ...lineFindings(s),
  ...referenceFindings(s),
]);
for (const finding of findings) console.error(`${finding.path}: ${finding.text}`);
console.log(`tidy: ${sources.length} files, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
