import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, Invocation } from "../cli/command.ts";
import { CliError, EXIT, failure, usageError } from "../cli/errors.ts";
import { adminClient } from "../cluster/admin-client.ts";
import { type Rollout, untilAuthoritiesKnown, untilNodesCertified } from "../cluster/authority-rollout.ts";
import { certificateStates, type Rotation, rotateCertificates } from "../cluster/certificates.ts";
import { type ClusterConfig, existingServerConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { findProcesses } from "../cluster/processes.ts";

const DAY_MS = 86_400_000;
/** Nodes look every 15 s, what the cluster publishes follows within 15 more. */
const WAIT_MS = 120_000;

/** Shows how long certificates last, and makes them anew. */
export const certificate: Command = {
  name: "certificate",
  summary:
    "Shows the cluster's certificates and how long they last (check), or makes them anew (rotate); a cluster that runs takes them over within seconds.",
  usage: "skates certificate check|rotate [flags]",
  takesArgs: true,
  flags: {
    authorities: {
      type: "bool",
      doc: "rotate: new certificate authorities too, once nodes and pods know them; what the earlier ones signed counts until --forget-earlier.",
    },
    "service-account-key": {
      type: "bool",
      doc: "rotate: a new key for tokens of service accounts instead; earlier tokens count until --forget-earlier.",
    },
    "forget-earlier": {
      type: "bool",
      doc: "rotate: earlier authorities and keys stop to count instead.",
    },
    "at-once": {
      type: "bool",
      doc: "rotate: do not wait until nodes and pods know new authorities, or need earlier ones no longer. Whoever does not is locked out.",
    },
  },
  async run({ dataDir, flags, args, print, signal }) {
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    const [what, ...rest] = args;
    if (rest.length > 0 || (what !== "check" && what !== "rotate")) throw usageError(`usage: ${this.usage}`);
    return what === "check" ? check(paths, print) : await rotate(paths, config, { flags, print, signal });
  },
};

/** Fails when one has expired. */
function check(paths: Paths, print: (line: string) => void): number {
  const states = certificateStates(paths);
  const width = Math.max(...states.map(({ file }) => file.length));
  for (const { file, commonName, notAfterMs, ca, state } of states) {
    const days = Math.floor((notAfterMs - Date.now()) / DAY_MS);
    const until = new Date(notAfterMs).toISOString().slice(0, 10);
    print(
      `${file.padEnd(width)}  ${until}  ${String(days).padStart(5)} days  ${state.padEnd(7)}  ${ca ? "CA " : ""}${commonName}`,
    );
  }
  return states.some(({ state }) => state === "expired") ? EXIT.failed : EXIT.done;
}

async function rotate(
  paths: Paths,
  config: ClusterConfig,
  { flags, print, signal }: Pick<Invocation, "flags" | "print" | "signal">,
): Promise<number> {
  const chosen = (["authorities", "service-account-key", "forget-earlier"] as const).filter((name) => flags.bool(name));
  const [rotation = "certificates", ...others]: readonly Rotation[] = chosen;
  if (others.length > 0) throw usageError(`only one of --${chosen.join(", --")} at a time`);
  const waitsFor = rotation === "authorities" || rotation === "forget-earlier";
  if (waitsFor && !flags.bool("at-once") && !findProcesses(paths).some(({ role }) => role === "server")) {
    throw failure(
      "nodes and pods hear of authorities from a cluster that runs, and this one does not",
      "run 'skates up' first, or pass --at-once where nobody else uses the cluster",
    );
  }
  const waits = (what: string): void => print(`waiting for ${what}`);
  const patiently = async (wait: (bundle: string, rollout: Rollout) => Promise<void>): Promise<void> => {
    if (flags.bool("at-once")) return;
    await using admin = adminClient(paths, config);
    await wait(readFileSync(join(paths.pki, "ca.crt"), "utf8"), { client: admin.client, waits, timeoutMs: WAIT_MS });
  };
  try {
    await rotateCertificates(paths, config, {
      rotation,
      address: hostAddress(),
      authoritiesKnown: () => patiently((bundle, rollout) => untilAuthoritiesKnown(bundle, rollout, signal)),
      earlierUnused: () => patiently((bundle, rollout) => untilNodesCertified(bundle, rollout, signal)),
    });
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw failure("the certificates cannot be made anew", "see that the CAs' keys are in the data directory", cause);
  }
  print(DONE[rotation]);
  return EXIT.done;
}

const DONE: Readonly<Record<Rotation, string>> = {
  certificates: "all certificates are new",
  authorities:
    "authorities and all certificates are new; run 'skates up' to put the new ones into your kubeconfig, and 'skates certificate rotate --forget-earlier' when nobody uses the earlier ones any more",
  "service-account-key":
    "tokens are signed with a new key; run 'skates certificate rotate --forget-earlier' when the earlier ones have expired",
  "forget-earlier": "only the newest authorities and the newest key count",
};
