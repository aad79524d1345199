import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readKubeconfig } from "@skates/client/node";
import { messageOf } from "@skates/component-base";
import {
  type AdmissionSettings,
  choosePlugins,
  readAdmissionConfiguration,
  type WebhookTarget,
} from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const ADMISSION_FLAGS: FlagSpecs = {
  "enable-admission-plugins": {
    type: "list",
    value: "NAME,…",
    doc: "Admission plugins that run besides those that are on by default.",
  },
  "disable-admission-plugins": {
    type: "list",
    value: "NAME,…",
    doc: "Admission plugins that do not run although they are on by default.",
  },
  "default-not-ready-toleration-seconds": {
    type: "int",
    value: "SECONDS",
    doc: "How long pods stay on a node that is not ready, unless they say (default 300).",
  },
  "default-unreachable-toleration-seconds": {
    type: "int",
    value: "SECONDS",
    doc: "How long pods stay on a node that cannot be reached, unless they say (default 300).",
  },
  "admission-control-config-file": {
    type: "file",
    value: "FILE",
    doc: "File with an AdmissionConfiguration (apiserver.config.k8s.io/v1) that configures admission plugins.",
  },
};

/** Which admission plugins run, and how. Reads the files that are named; throws a usage error that says what is wrong with them. */
export function admissionFrom(flags: FlagValues): AdmissionSettings {
  const enable = flags.strings("enable-admission-plugins");
  const disable = flags.strings("disable-admission-plugins");
  const file = flags.string("admission-control-config-file") ?? "";
  try {
    choosePlugins({ enable, disable });
    const configurations = file === "" ? new Map<string, string>() : readConfigurations(file);
    const tolerationSeconds = {
      notReady: flags.int("default-not-ready-toleration-seconds") ?? 300,
      unreachable: flags.int("default-unreachable-toleration-seconds") ?? 300,
    };
    return { enable, disable, configurations, tolerationSeconds, readTarget };
  } catch (error) {
    throw usageError(messageOf(error));
  }
}

/** Where a kubeconfig points, as a webhook that is called with what it says. */
async function readTarget(path: string): Promise<WebhookTarget> {
  const { server, ca, cert, key, serverName, insecure, token } = await readKubeconfig(path);
  const credentials = { cert, key, serverName, insecure, token: await token?.() };
  return { url: server, ca, credentials };
}

function readConfigurations(file: string): AdmissionSettings["configurations"] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `unable to read admission control configuration from ${JSON.stringify(file)} [${messageOf(error)}]`,
    );
  }
  return readAdmissionConfiguration(text, (path) => readFileSync(resolve(dirname(file), path), "utf8"));
}
