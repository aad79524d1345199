// Bundles the program into dist/: one entry, a chunk for each command, so that a command loads only what it needs.
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const startedMs = Date.now();
const outdir = join(root, "dist");
rmSync(outdir, { recursive: true, force: true });
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
  minifyWhitespace: true,
  keepNames: false,
  sourcemap: process.argv.includes("--sourcemap"),
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
// Sources changed while building are newer than the program.
utimesSync(join(outdir, "skates.mjs"), startedMs / 1000, startedMs / 1000);
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(
  `built dist/: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} kB\n`,
);
