// Are the npm packages of the lock file in place, and how to put them there. Dependency-free.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";

export const NODE_FLOOR = "20.19";

/** True from the oldest supported version on. */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function stampFile(root) {
  return join(root, "node_modules", ".skates-lock");
}

function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** True if node_modules was made from this very lock file. */
export function isInstalled(root) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash(root);
}

/** Installs by the lock file, without running anybody's install scripts. Returns what went wrong, or undefined. */
export function install(root) {
  const ran = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: root, encoding: "utf8" });
  if (ran.error !== undefined)
    return `npm could not be started (${ran.error.message}): install npm, it comes with Node.js`;
  if (ran.status !== 0) return `'npm ci --ignore-scripts' failed:\n${ran.stderr}`;
  writeFileSync(stampFile(root), lockHash(root));
  return undefined;
}
