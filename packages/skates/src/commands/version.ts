import type { Command } from "../cli/command.ts";
import { EXIT } from "../cli/errors.ts";
import { GIT_VERSION, KUBERNETES_VERSION, SKATES_VERSION } from "../version.ts";

/** Prints what this program is. */
export const version: Command = {
  name: "version",
  summary: "Prints the version of Skates and of the Kubernetes API that it serves.",
  usage: "skates version [flags]",
  flags: { short: { type: "bool", doc: "Only the version that the API server reports." } },
  run({ flags, print }) {
    if (flags.bool("short")) print(GIT_VERSION);
    else
      print(`Skates ${SKATES_VERSION}, Kubernetes ${KUBERNETES_VERSION} (${GIT_VERSION}), Node.js ${process.version}`);
    return Promise.resolve(EXIT.done);
  },
};
