import type { Command } from "../cli/command.ts";
import { EXIT } from "../cli/errors.ts";
import { givenOf } from "../cli/flags.ts";
import { existingConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { checkComponentFlags, COMPONENT_FLAGS } from "../component-flags/component-flags.ts";

/** The node's process: kubelet, proxy and DNS, or simulated kubelets. `up` starts it in the background. */
export const agent: Command = {
  name: "agent",
  summary: "Runs kubelet, kube-proxy and cluster DNS of the cluster in the data directory, in the foreground.",
  usage: "skates agent [flags]",
  flags: COMPONENT_FLAGS,
  async run({ flags, dataDir, signal }) {
    // What it makes for pods has modes of its own, which a stricter mask of the caller would take from them.
    process.umask(0o022);
    checkComponentFlags(flags);
    const paths = pathsOf(dataDir);
    const saved = existingConfig(paths);
    const config = { ...saved, flags: { ...saved.flags, ...givenOf(COMPONENT_FLAGS, flags) } };
    const { runAgentProcess } = await import("../compose/agent-process.ts");
    await runAgentProcess(paths, config, signal);
    return EXIT.done;
  },
};
