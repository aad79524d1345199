import { type Component, messageOf } from "@skates/component-base";
import { nodePki } from "@skates/pki/node";
import type { Paths } from "../cluster/data-dir.ts";
import { type NodeFiles, writeNodePair } from "../cluster/join/node-files.ts";
import { requestCertificate } from "../cluster/join/request-certificate.ts";
import type { OwnNode } from "./joined-access.ts";

/** Certificates are looked at this often, and renewed when less than a fifth of their time is left. */
const LOOK_MS = 5_000;
const LEFT_PART = 0.2;

export interface JoinedUpkeepOptions extends OwnNode {
  readonly paths: Paths;
  readonly files: () => NodeFiles;
  readonly use: (next: NodeFiles) => void;
}

/** Renews both certificates of a joined node in time, by requests under the node's own name. */
export function joinedUpkeep({ paths, client, env, nodeName, files, use }: JoinedUpkeepOptions): Component {
  const pki = nodePki(env);
  const due = (cert: string): boolean => {
    const { notBeforeMs, notAfterMs } = pki.readCertificate(cert);
    return notAfterMs - env.clock.nowMs() < LEFT_PART * (notAfterMs - notBeforeMs);
  };
  return {
    name: "node-certificates",
    ready: () => true,
    async run(signal) {
      for (;;) {
        await env.clock.sleep(LOOK_MS, signal);
        for (const which of ["client", "server"] as const) {
          if (!due(files()[which].cert)) continue;
          try {
            const pair = await requestCertificate({ client, pki, clock: env.clock, nodeName, which }, signal);
            writeNodePair(paths, which, pair);
            use({ ...files(), [which]: pair });
            env.log.info("certificate renewed", { which });
          } catch (error) {
            signal.throwIfAborted();
            env.log.error("a certificate of the node could not be renewed", { which, cause: messageOf(error) });
          }
        }
      }
    },
  };
}
