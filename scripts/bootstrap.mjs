// Runs before anything is installed: plain and dependency-free. Installs npm packages by the lock file, builds, hands over.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { install, isInstalled, isNodeSupported, NODE_FLOOR } from "./lib/install.mjs";
import { isBuilt } from "./lib/stale.mjs";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const args = process.argv.slice(2);

if (!isNodeSupported(process.versions.node)) {
  fail(`Node.js ${NODE_FLOOR} or newer is needed, this is ${process.versions.node}: install a newer one`);
}
if (!isInstalled(root)) {
  if (args.includes("--no-install")) {
    fail("npm packages are missing and --no-install forbids to install them: run 'npm ci --ignore-scripts' first");
  }
  process.stderr.write("skates: installing npm packages from the lock file\n");
  const error = install(root);
  if (error !== undefined) fail(error);
}
if (!isBuilt(root)) {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (built.status !== 0) fail("the build failed: see the lines above");
}
const program = join(root, "dist", "current", "skates.mjs");
if (!existsSync(program)) fail(`${program} is missing after the build: run 'npm run build' and read its output`);
await import(pathToFileURL(program).href);

function fail(message) {
  process.stderr.write(`skates: ${message}\n`);
  process.exit(1);
}
