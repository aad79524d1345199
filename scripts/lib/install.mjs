// Are the npm packages of the lock file in place, and how to put them there. Dependency-free.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const NODE_FLOOR = "20.19";

/** True from the oldest supported version on. */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/** True if node_modules holds what this very lock file names: npm writes its own account of that when it is done. */
export function isInstalled(root) {
  const account = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(account)) return false;
  const present = packagesOf(account);
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) => {
    const found = present[path];
    // Packages for other platforms are optional; "" is the project itself.
    if (found === undefined) return wanted.optional === true || path === "";
    return found.integrity === wanted.integrity && found.resolved === wanted.resolved;
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/** Installs by the lock file, without running anybody's install scripts. Returns what went wrong, or undefined. */
export function install(root) {
  const ran = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: root, encoding: "utf8" });
  if (ran.error !== undefined)
    return `npm could not be started (${ran.error.message}): install npm, it comes with Node.js`;
  if (ran.status !== 0) return `'npm ci --ignore-scripts' failed:\n${ran.stderr}`;
  return undefined;
}
