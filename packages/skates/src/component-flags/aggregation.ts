import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import type { ProxyClient } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const AGGREGATION_FLAGS: FlagSpecs = {
  "proxy-client-cert-file": {
    type: "file",
    value: "FILE",
    doc: "Client certificate by which aggregated API servers know this one as the front proxy (default: the cluster's own).",
  },
  "proxy-client-key-file": { type: "file", value: "FILE", doc: "Its private key." },
};

/** How the server proves to aggregated ones who it is; undefined: by the cluster's own certificate. Throws a usage error. */
export function proxyClientFrom(flags: FlagValues): ProxyClient | undefined {
  const certFile = flags.string("proxy-client-cert-file") ?? "";
  const keyFile = flags.string("proxy-client-key-file") ?? "";
  if (certFile === "" && keyFile === "") return undefined;
  if (certFile === "" || keyFile === "") {
    throw usageError("--proxy-client-cert-file and --proxy-client-key-file must be given together");
  }
  try {
    return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  } catch (error) {
    throw usageError(`the files of --proxy-client-cert-file and --proxy-client-key-file: ${messageOf(error)}`);
  }
}
