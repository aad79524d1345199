// Is the built program newer than everything that it was built from? Dependency-free.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** True if dist/current/skates.mjs is there and no source or lock file is newer. */
export function isBuilt(root) {
  const program = join(root, "dist", "current", "skates.mjs");
  if (!existsSync(program)) return false;
  const builtMs = statSync(program).mtimeMs;
  const inputs = [join(root, "package-lock.json"), join(root, "scripts", "build.mjs")];
  if (inputs.some((file) => statSync(file).mtimeMs > builtMs)) return false;
  const packages = join(root, "packages");
  return readdirSync(packages).every((name) => {
    const src = join(packages, name, "src");
    return !existsSync(src) || newestMs(src) <= builtMs;
  });
}

function newestMs(folder) {
  let newest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestMs(path));
    else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
      newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}
