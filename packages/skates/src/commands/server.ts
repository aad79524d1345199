import type { Command } from "../cli/command.ts";
import { EXIT } from "../cli/errors.ts";
import { ETCD_FLAGS, etcdFrom } from "../cli/etcd-flags.ts";
import { givenOf } from "../cli/flags.ts";
import { existingServerConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { checkComponentFlags, COMPONENT_FLAGS } from "../component-flags/component-flags.ts";
import { keepToItself } from "../compose/keep-to-itself.ts";

/** The control plane's process. `up` starts it in the background. */
export const server: Command = {
  name: "server",
  summary: "Runs API server, controllers and scheduler of the cluster in the data directory, in the foreground.",
  usage: "skates server [flags]",
  flags: { ...ETCD_FLAGS, ...COMPONENT_FLAGS },
  async run({ flags, dataDir, signal }) {
    keepToItself();
    checkComponentFlags(flags);
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    const { runServer } = await import("../compose/server.ts");
    const own = { ...config.flags, ...givenOf(COMPONENT_FLAGS, flags) };
    await runServer(paths, { ...config, etcd: etcdFrom(flags) ?? config.etcd, flags: own }, signal);
    return EXIT.done;
  },
};
