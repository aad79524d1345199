/**
 * All benchmarks in turn, each in a process of its own, then one table of the figures with their aims. Writes nothing.
 * Run: npm run bench [-- NAME …]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { type Figure, HEADING, line } from "./lib/figure.ts";

/** In this order: what needs nothing but the code first. */
const NAMES = [
  "codec",
  "store",
  "apiserver",
  "rbac",
  "tokens",
  "admission",
  "custom-resources",
  "cel",
  "transport",
  "fairness",
  "controllers",
  "memory",
  "scheduler",
  "workloads",
  "big-start",
  "api-cpu",
  "fan-out",
  "startup",
  "pod-latency",
  "idle",
];
const NEED_CONTAINERS = new Set(["startup", "pod-latency", "idle"]);

const chosen = process.argv.slice(2);
for (const name of chosen)
  if (!NAMES.includes(name)) throw new Error(`no benchmark ${name}; there are ${NAMES.join(", ")}`);
const canRunContainers = process.platform === "linux" && process.getuid?.() === 0;
const figures: Figure[] = [];
const failed: string[] = [];
for (const name of chosen.length > 0 ? chosen : NAMES) {
  if (NEED_CONTAINERS.has(name) && !canRunContainers) {
    failed.push(`${name} skipped: needs Linux and root`);
    continue;
  }
  console.log(`\n## ${name}`);
  const child = fork(join(import.meta.dirname, `${name}.ts`), { execArgv: process.execArgv });
  child.on("message", (figure: Figure) => {
    figures.push(figure);
    console.log(line(figure));
  });
  const [code] = await once(child, "exit");
  if (code !== 0) failed.push(`${name} failed with ${code}`);
}
console.log(`\n${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}\n\n${HEADING}`);
for (const figure of figures) console.log(line(figure));
for (const text of failed) console.log(text);
process.exitCode = failed.some((text) => text.includes("failed")) ? 1 : 0;
