import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Command } from "../cli/command.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { type ClusterConfig, loadConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { endProcesses } from "../cluster/processes.ts";
import { unregisterCluster } from "../cluster/registry.ts";
import { unmergeContext } from "../cluster/user-kubeconfig.ts";

/** Time for Skates' processes to end by themselves; their data goes anyway. */
const GRACE_MS = 3_000;

/** Ends everything and leaves nothing behind. */
export const deleteCluster: Command = {
  name: "delete",
  summary: "Ends everything, pods too, and removes the cluster with all its data. Asks first on a terminal.",
  usage: "skates delete [flags]",
  flags: { yes: { type: "bool", doc: "Do not ask." } },
  async run({ flags, dataDir, signal, print }) {
    const paths = pathsOf(dataDir);
    if (!existsSync(paths.dataDir)) {
      print(`there is nothing in ${paths.dataDir}`);
      return EXIT.done;
    }
    const config = readableConfig(paths);
    // A directory that holds something else is not ours to remove.
    if (config === undefined && !existsSync(paths.pki)) {
      throw new CliError(
        EXIT.failed,
        `${paths.dataDir} holds no cluster of Skates: name its data directory with --data-dir`,
      );
    }
    if (!flags.bool("yes") && process.stdin.isTTY && process.stdout.isTTY && !(await confirmed(paths.dataDir))) {
      throw new CliError(EXIT.failed, "nothing was deleted: answer 'yes', or pass --yes");
    }
    await endProcesses(paths, GRACE_MS);
    if (config?.runtime !== "simulated" && process.getuid?.() === 0) {
      const { clearNode } = await import("../cluster/node.ts");
      await clearNode(paths, config?.podCidr, signal);
    }
    if (config?.context !== undefined && config.mergedInto !== undefined)
      unmergeContext(config.mergedInto, config.context);
    rmSync(paths.dataDir, { recursive: true, force: true });
    unregisterCluster(paths);
    print(`deleted the cluster in ${paths.dataDir}`);
    return EXIT.done;
  },
};

/** A cluster whose settings cannot be read is deleted as well as that goes: it is the remedy that is named for it. */
function readableConfig(paths: Paths): ClusterConfig | undefined {
  try {
    return loadConfig(paths);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

async function confirmed(dataDir: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`Delete the cluster in ${dataDir} with all its data? `)).trim());
  } finally {
    terminal.close();
  }
}
