// Bundles the program into dist/: one entry, a chunk for each command, so that a command loads only what it needs.
// Each build has a folder of its own, and `dist/current` points to the newest: processes that run go on loading from theirs.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const startedMs = Date.now();
const dist = join(root, "dist");
const name = `build-${startedMs.toString(36)}`;
const outdir = join(dist, name);
mkdirSync(dist, { recursive: true });
const result = await build({
  entryPoints: {
    skates: join(root, "packages/skates/src/main.ts"),
    "scheduler-worker": join(root, "packages/skates/src/compose/scheduler-worker.ts"),
  },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Some packages export names only from their ES modules; these also shake better.
  mainFields: ["module", "main"],
  // The native store stays a package; all else is in the bundle.
  external: ["lmdb"],
  // Packages in CommonJS ask for `require` at run time.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  minifySyntax: true,
  minifyWhitespace: !process.argv.includes("--readable"),
  sourcemap: process.argv.includes("--sourcemap"),
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
// Sources changed while building are newer than the program.
utimesSync(join(outdir, "skates.mjs"), startedMs / 1000, startedMs / 1000);
const link = join(dist, `current.${process.pid}`);
symlinkSync(name, link);
renameSync(link, join(dist, "current"));
removeOldBuilds();
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
const files = Object.keys(result.metafile.outputs).length;
process.stdout.write(`built dist/${name}: ${files} files, ${Math.round(bytes / 1024)} kB\n`);

/** All but the newest two (another build may just be handing over) and those that a process runs from. */
function removeOldBuilds() {
  const running = commandLines();
  const builds = readdirSync(dist)
    .filter((entry) => entry.startsWith("build-"))
    .sort();
  for (const old of builds.slice(0, -2)) {
    if (!running.includes(join(dist, old))) rmSync(join(dist, old), { recursive: true, force: true });
  }
}

/** The command lines of all processes, in one text; empty where they cannot be read. */
function commandLines() {
  if (!existsSync("/proc")) return "";
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return ""; // ended meanwhile
      }
    })
    .join("\n");
}
