import type { Command } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import type { FlagValues } from "../cli/flags.ts";
import { certificateStates, type Rotation, rotateCertificates } from "../cluster/certificates.ts";
import { type ClusterConfig, existingServerConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";

const DAY_MS = 86_400_000;

/** Shows how long certificates last, and makes them anew. */
export const certificate: Command = {
  name: "certificate",
  summary:
    "Shows the cluster's certificates and how long they last (check), or makes them anew (rotate); a cluster that runs takes them over within seconds.",
  usage: "skates certificate check|rotate [flags]",
  flags: {
    authorities: {
      type: "bool",
      doc: "rotate: new certificate authorities too; what the earlier ones signed counts until --forget-earlier.",
    },
    "service-account-key": {
      type: "bool",
      doc: "rotate: a new key for tokens of service accounts instead; earlier tokens count until --forget-earlier.",
    },
    "forget-earlier": {
      type: "bool",
      doc: "rotate: earlier authorities and keys stop to count instead.",
    },
  },
  async run({ dataDir, flags, args, print }) {
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    const [what, ...rest] = args;
    if (rest.length > 0 || (what !== "check" && what !== "rotate")) throw usageError(`usage: ${this.usage}`);
    return what === "check" ? check(paths, print) : await rotate(paths, config, { flags, print });
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
  { flags, print }: { readonly flags: FlagValues; readonly print: (line: string) => void },
): Promise<number> {
  const chosen = (["authorities", "service-account-key", "forget-earlier"] as const).filter((name) => flags.bool(name));
  const [rotation = "certificates", ...others]: readonly Rotation[] = chosen;
  if (others.length > 0) throw usageError(`only one of --${chosen.join(", --")} at a time`);
  try {
    await rotateCertificates(paths, config, { rotation, address: hostAddress() });
  } catch (cause) {
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
