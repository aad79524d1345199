import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import { existingConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";

/** Puts an image from a file into the node's runtime. */
export const image: Command = {
  name: "image",
  summary: "Loads a docker-archive or OCI-layout tar into the node, so that pods can use it without a registry.",
  usage: "skates image load FILE [flags]",
  takesArgs: true,
  flags: {},
  async run({ args, dataDir, signal, print }) {
    const [verb, file, ...rest] = args;
    if (verb !== "load" || file === undefined || rest.length > 0) throw usageError("usage: skates image load FILE");
    const paths = pathsOf(dataDir);
    const config = existingConfig(paths);
    if (config.runtime === "simulated") {
      throw failure(
        "the nodes of this cluster are simulated",
        "every image counts as present there, nothing needs to be loaded",
      );
    }
    if (!existsSync(file))
      throw failure(`${file} is not there`, "name a tar made by 'docker save' or an OCI-layout tar");
    const { loadImage } = await import("../cluster/images.ts");
    for (const name of await loadImage(paths, resolve(file), signal)) print(`loaded ${name}`);
    return EXIT.done;
  },
};
