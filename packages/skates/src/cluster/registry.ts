import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failure } from "../cli/errors.ts";
import { CLUSTERS_MAX } from "./config.ts";
import { defaultDataDir, type Paths } from "./data-dir.ts";

/**
 * Clusters of this machine beside the default one, so that a further one takes the next free address ranges. One small file
 * a cluster, next to the default data directory; gone with the cluster.
 */
function registryDir(): string {
  return join(dirname(defaultDataDir()), "skates-clusters");
}

interface Registration {
  readonly dataDir: string;
  readonly index: number;
}

/** Takes the lowest free index for this cluster, or gives the one it has. */
export function registerCluster(paths: Paths): number {
  const known = registrations();
  const own = known.find((r) => r.dataDir === paths.dataDir);
  if (own !== undefined) return own.index;
  const taken = new Set(known.map((r) => r.index));
  for (let index = 0; index < CLUSTERS_MAX; index++) {
    if (!taken.has(index) && claim(paths, index)) return index;
  }
  throw failure(
    `there are ${CLUSTERS_MAX} clusters on this machine`,
    "run 'skates delete --data-dir DIR' for one of them",
  );
}

/** Gives the index back. */
export function unregisterCluster(paths: Paths): void {
  const dir = registryDir();
  for (const { file, registration } of entries()) {
    if (registration.dataDir === paths.dataDir) rmSync(join(dir, file), { force: true });
  }
  if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir);
}

/** Creating the file is the claim: of two that want one index, the second finds it there. */
function claim(paths: Paths, index: number): boolean {
  const dir = registryDir();
  mkdirSync(dir, { recursive: true });
  const registration: Registration = { dataDir: paths.dataDir, index };
  try {
    writeFileSync(join(dir, `${index}.json`), `${JSON.stringify(registration)}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function registrations(): readonly Registration[] {
  return entries().map((e) => e.registration);
}

/** A registration whose data directory has gone by other means than `delete` no longer counts. */
function entries(): readonly { readonly file: string; readonly registration: Registration }[] {
  const dir = registryDir();
  if (!existsSync(dir)) return [];
  return readdirSync(dir).flatMap((file) => {
    const path = join(dir, file);
    const registration: Registration = JSON.parse(readFileSync(path, "utf8"));
    if (existsSync(registration.dataDir)) return [{ file, registration }];
    rmSync(path, { force: true });
    return [];
  });
}
