import type { Command } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import { ETCD_FLAGS, etcdFrom } from "../cli/etcd-flags.ts";
import { givenOf } from "../cli/flags.ts";
import { existingServerConfig, saveConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { ENCRYPTION_FLAGS } from "../component-flags/encryption.ts";
import { findProcesses } from "../cluster/processes.ts";

/** Moves a cluster's objects between the data directory and etcd. */
export const migrate: Command = {
  name: "migrate",
  summary:
    "Copies all objects from the data directory to etcd or back, and uses them there from then on. The source stays.",
  usage: "skates migrate --to etcd --etcd-servers URLS | --to disk [flags]",
  flags: { to: { type: "string", value: "STORE", doc: "disk or etcd." }, ...ETCD_FLAGS, ...ENCRYPTION_FLAGS },
  async run({ flags, dataDir, signal, print }) {
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    const to = flags.string("to");
    const etcd = etcdFrom(flags);
    if ((to !== "disk" && to !== "etcd") || (to === "etcd") !== (etcd !== undefined)) {
      throw usageError("usage: skates migrate --to etcd --etcd-servers URLS, or skates migrate --to disk");
    }
    if (to === "disk" && config.etcd === undefined) {
      throw failure("the objects of this cluster are on disk already", "name another target");
    }
    if (findProcesses(paths).some((process) => process.role === "server")) {
      throw failure(`the cluster in ${paths.dataDir} is running`, "run 'skates down' first");
    }
    const { migrateStore } = await import("../cluster/migration.ts");
    const componentFlags = { ...config.flags, ...givenOf(ENCRYPTION_FLAGS, flags) };
    const target = { etcd, flags: componentFlags };
    const moved = await migrateStore({ paths, from: config, to: target, progress: print }, signal);
    const { etcd: _, ...rest } = { ...config, flags: componentFlags };
    saveConfig(paths, etcd === undefined ? rest : { ...rest, etcd });
    print(`copied ${moved.objects} objects to ${moved.target}; the newest revision is ${moved.revision}`);
    print(`the copy that is no longer used is in ${moved.source}`);
    return EXIT.done;
  },
};
