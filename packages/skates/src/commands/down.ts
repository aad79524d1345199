import type { Command } from "../cli/command.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { existingConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { endProcesses } from "../cluster/processes.ts";

/** Time for Skates' processes to end by themselves. */
const GRACE_MS = 10_000;

/** Ends Skates' processes and its containerd (the agent ends it); pods go on under their shims. */
export const down: Command = {
  name: "down",
  summary: "Ends Skates' own processes and its containerd. Pods keep running; 'skates up' adopts them.",
  usage: "skates down [flags]",
  flags: {},
  async run({ dataDir, signal, print }) {
    const paths = pathsOf(dataDir);
    const { joined } = existingConfig(paths);
    const start = joined === undefined ? "skates up" : "skates join";
    const { stopContainerRuntime } = await import("../cluster/node.ts");
    const ended = await endProcesses(paths, GRACE_MS);
    const runtimeStopped = await stopContainerRuntime(paths, signal);
    if (ended.length === 0 && !runtimeStopped) {
      throw new CliError(EXIT.notRunning, `the cluster in ${paths.dataDir} is not running: run '${start}' to start it`);
    }
    print(`stopped ${ended.join(" and ")}${runtimeStopped ? ", containerd" : ""}; pods keep running`);
    return EXIT.done;
  },
};
