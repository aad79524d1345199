import { spawnSync } from "node:child_process";

/**
 * What root's server process may do beyond its own files: read and write those that flags name and others own. Not mounts, networks,
 * modules, devices, other users' processes, or getting any of it back.
 */
const KEPT = "-all,+dac_override,+dac_read_search";

/** Words to put before a command so that it runs with no more rights than the server needs; none where the machine cannot do so. */
export function confinement(): readonly string[] {
  if (process.platform !== "linux") return [];
  const capabilities = process.getuid?.() === 0 ? [`--bounding-set=${KEPT}`, "--inh-caps=-all"] : [];
  const words = ["setpriv", "--no-new-privs", ...capabilities];
  // A container may not let go of capabilities, and a small system has no setpriv: then the server runs as it was called.
  const { status } = spawnSync(words[0] ?? "", [...words.slice(1), "true"], { stdio: "ignore", timeout: 2_000 });
  return status === 0 ? words : [];
}
