import { flagsFrom } from "../cli/flags.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { featureGatesFrom } from "../component-flags/feature-gates.ts";
import { processEnv, watchForBugs } from "./process-env.ts";

/** The node's process, until `signal` aborts: of this directory's cluster or of one that it joined, with containers or simulated ones. */
export async function runAgentProcess(paths: Paths, config: ClusterConfig, signal: AbortSignal): Promise<void> {
  if (config.joined === undefined && config.runtime === "simulated") {
    const { runSimulatedAgent } = await import("./simulated-agent.ts");
    return await runSimulatedAgent(paths, config, signal);
  }
  const env = processEnv("agent", featureGatesFrom(flagsFrom(config.flags ?? {})));
  watchForBugs(env);
  const options = { paths, config, env, address: hostAddress() };
  await using access =
    config.joined === undefined
      ? await (await import("./own-access.ts")).ownAccess(options)
      : (await import("./joined-access.ts")).joinedAccess(options, config.joined.server);
  if (config.runtime === "simulated") {
    const { runJoinedSimulation } = await import("./joined-simulation.ts");
    return await runJoinedSimulation({ ...options, access }, signal);
  }
  const { runAgent } = await import("./agent.ts");
  await runAgent({ ...options, access }, signal);
}
