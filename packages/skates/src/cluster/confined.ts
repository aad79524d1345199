import { spawnSync } from "node:child_process";

/**
 * What root's server process may do beyond its own files: read and write those that flags name and others own. Not mounts, networks,
 * modules, devices, other users' processes, or getting any of it back.
 */
const KEPT = "-all,+dac_override,+dac_read_search";

/** Ports below are root's, unless it has given up the capability. */
const FREE_PORTS = 1024;

/**
 * Words to put before a command so that it runs with no more rights than a server on this port needs; none where the machine cannot
 * do so.
 */
export function confinement(apiPort: number): readonly string[] {
  if (process.platform !== "linux") return [];
  const kept = apiPort < FREE_PORTS ? `${KEPT},+net_bind_service` : KEPT;
  const capabilities = process.getuid?.() === 0 ? [`--bounding-set=${kept}`, "--inh-caps=-all"] : [];
  const words = ["setpriv", "--no-new-privs", ...capabilities];
  // A container may not let go of capabilities, and a small system has no setpriv: then the server runs as it was called.
  const { status } = spawnSync(words[0] ?? "", [...words.slice(1), "true"], { stdio: "ignore", timeout: 2_000 });
  return status === 0 ? words : [];
}
