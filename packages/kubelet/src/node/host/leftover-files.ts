import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@skates/component-base";
import type { NodePaths } from "./node-paths.ts";

/** Where shims of containerd 1.6 put their sockets, whatever their containerd's own configuration says. */
const SHIM_SOCKETS_DIR = "/run/containerd/s";

/** Removes the sockets that dead shims left. Each shim's bundle, in our state, says where its socket is. */
export async function removeShimSockets(paths: NodePaths): Promise<void> {
  const bundles = join(paths.containerd.state, "io.containerd.runtime.v2.task", "k8s.io");
  for (const id of await entriesOf(bundles)) {
    const address = (await textOf(join(bundles, id, "address")))?.replace(/^unix:\/\//, "");
    if (address?.startsWith(`${SHIM_SOCKETS_DIR}/`)) await rm(address, { force: true });
  }
  await removeEmpty([SHIM_SOCKETS_DIR, "/run/containerd"]);
}

/** Removes folders that are there and have nothing in them. */
export async function removeEmpty(dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) {
    try {
      await rmdir(dir);
    } catch (error) {
      if (hasCode(error, "ENOENT") || hasCode(error, "ENOTEMPTY")) continue; // gone, or in use by others
      throw error;
    }
  }
}

/** The names in a folder, in order; none when it is not there. */
export async function entriesOf(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** A file's text; undefined when it is not there. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
