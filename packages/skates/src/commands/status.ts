import type { Command } from "../cli/command.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { askApi, nodeSummaries } from "../cluster/admin.ts";
import { type ClusterConfig, existingConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { findProcesses, type SkatesProcess } from "../cluster/processes.ts";

/** Says what is running. */
export const status: Command = {
  name: "status",
  summary: "Says what is running: processes, API, nodes. Exit code 0 when all is well, 1 when not, 3 when not running.",
  usage: "skates status [flags]",
  flags: {},
  async run({ dataDir, print }) {
    const paths = pathsOf(dataDir);
    const config = existingConfig(paths);
    const processes = findProcesses(paths);
    if (config.joined !== undefined)
      return nodeStatus({ paths, config, server: config.joined.server }, processes, print);
    print(`cluster     ${paths.dataDir} (${config.runtime}, id ${config.id})`);
    for (const role of ["server", "agent"] as const) {
      const found = processes.find((p) => p.role === role);
      print(`${role.padEnd(11)} ${stateOf(found)}`);
    }
    if (processes.length === 0) {
      throw new CliError(
        EXIT.notRunning,
        `the cluster in ${paths.dataDir} is not running: run 'skates up' to start it`,
      );
    }
    try {
      const ready = await askApi(paths, config, "/readyz");
      print(
        `API         https://127.0.0.1:${config.apiPort}, ${ready.status === 200 ? "ready" : `not ready (${ready.status})`}`,
      );
      const nodes = await nodeSummaries(paths, config);
      for (const node of nodes)
        print(`node        ${node.name}, ${node.ready ? "Ready" : `NotReady: ${node.message}`}`);
      const well =
        processes.length === 2 &&
        processes.every((p) => !p.keeps) &&
        ready.status === 200 &&
        nodes.length > 0 &&
        nodes.every((node) => node.ready);
      return well ? EXIT.done : EXIT.failed;
    } catch (cause) {
      throw new CliError(
        EXIT.failed,
        `the API at https://127.0.0.1:${config.apiPort} does not answer: see ${paths.logs}`,
        { cause },
      );
    }
  },
};

/** A node knows of itself only; how it is seen is for its server's machine to tell. */
function nodeStatus(
  { paths, config, server }: { readonly paths: Paths; readonly config: ClusterConfig; readonly server: string },
  processes: readonly SkatesProcess[],
  print: (line: string) => void,
): number {
  const agent = processes.find(({ role }) => role === "agent");
  print(`agent       ${stateOf(agent)}`);
  print(`node        ${config.nodeName} of ${server}, in ${paths.dataDir}`);
  if (agent !== undefined) return agent.keeps ? EXIT.failed : EXIT.done;
  throw new CliError(EXIT.notRunning, `the node in ${paths.dataDir} is not running: run 'skates join' to start it`);
}

function stateOf(process: SkatesProcess | undefined): string {
  if (process === undefined) return "not running";
  return process.keeps ? "ended by a fault, is started again" : `running, pid ${process.pid}`;
}
