import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command, Invocation } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import { type ClusterConfig, existingServerConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { findProcesses } from "../cluster/processes.ts";

/** Copies of all objects: made while the cluster runs, brought back while it does not. */
export const snapshot: Command = {
  name: "snapshot",
  summary:
    "Saves a copy of all objects, also of a running cluster; brings one back; lists those in the data directory.",
  usage: "skates snapshot save [FILE] | restore FILE | list [flags]",
  takesArgs: true,
  flags: {},
  async run(invocation) {
    const paths = pathsOf(invocation.dataDir);
    const config = existingServerConfig(paths);
    const [verb, file, ...rest] = invocation.args;
    if (rest.length === 0 && verb === "save") return save({ paths, config, file }, invocation);
    if (rest.length === 0 && verb === "restore" && file !== undefined)
      return restore({ paths, config, file }, invocation);
    if (verb === "list" && file === undefined) return list(paths, invocation);
    throw usageError("usage: skates snapshot save [FILE] | restore FILE | list");
  },
};

interface Target {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  readonly file: string | undefined;
}

async function save({ paths, config, file }: Target, { signal, print }: Invocation): Promise<number> {
  const { saveSnapshot, snapshotDirectory } = await import("../cluster/snapshots.ts");
  const name = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const target = file === undefined ? join(snapshotDirectory(paths), `${name}.snapshot`) : resolve(file);
  if (existsSync(target)) throw failure(`${target} is there already`, "name another file");
  const bytes = await saveSnapshot({ paths, config, file: target }, signal);
  print(`saved ${target} (${bytes} bytes)`);
  return EXIT.done;
}

async function restore({ paths, config, file = "" }: Target, { print }: Invocation): Promise<number> {
  if (config.etcd !== undefined) {
    throw failure(
      "the objects of this cluster are in etcd",
      "restore etcd's snapshot there, with 'etcdutl snapshot restore'",
    );
  }
  if (findProcesses(paths).some((process) => process.role === "server")) {
    throw failure(`the cluster in ${paths.dataDir} is running`, "run 'skates down' first");
  }
  if (!existsSync(file)) throw failure(`${file} is not there`, "name a file made by 'skates snapshot save'");
  const { restoreSnapshot } = await import("../cluster/snapshots.ts");
  const { revision, old } = await restoreSnapshot(paths, resolve(file));
  print(`restored ${file}; the newest revision is ${revision}`);
  if (old !== undefined) print(`what was there before is in ${old}`);
  return EXIT.done;
}

async function list(paths: Paths, { print }: Invocation): Promise<number> {
  const { listSnapshots } = await import("../cluster/snapshots.ts");
  for (const { file, bytes, revision } of listSnapshots(paths)) {
    print(`${file}  ${bytes} bytes  ${revision === undefined ? "of etcd" : `revision ${revision}`}`);
  }
  return EXIT.done;
}
