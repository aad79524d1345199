import { spawn } from "node:child_process";
import type { Command } from "../cli/command.ts";
import { EXIT, failure } from "../cli/errors.ts";
import { existingServerConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";

/** Runs the kubectl of the machine against this cluster. */
export const kubectl: Command = {
  name: "kubectl",
  summary: "Runs kubectl ($KUBECTL, or the one on PATH) with this cluster's kubeconfig.",
  usage: "skates [--data-dir DIR] kubectl ARGS...",
  takesArgs: true,
  flags: {},
  passThrough: true,
  run({ args, dataDir, signal }) {
    const paths = pathsOf(dataDir);
    existingServerConfig(paths);
    const program = process.env["KUBECTL"] ?? "kubectl";
    const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, KUBECONFIG: paths.kubeconfig } });
    // The terminal sends the interrupt to kubectl too; we only wait for its end.
    signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    return new Promise((resolve, reject) => {
      child.on("error", (cause) => {
        const remedy = "install kubectl 1.31 or newer, or name it in $KUBECTL";
        reject(failure(`${program} could not be run`, remedy, cause));
      });
      child.on("close", (code) => resolve(code ?? EXIT.failed));
    });
  },
};
