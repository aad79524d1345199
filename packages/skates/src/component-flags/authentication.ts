import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import type { AuthenticationSettings, TokenWebhook } from "@skates/kube-apiserver";
import { staticTokens } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { durationFrom } from "./duration.ts";
import { webhookTargetOf } from "./webhook-kubeconfig.ts";

export const AUTHENTICATION_FLAGS: FlagSpecs = {
  "anonymous-auth": {
    type: "bool",
    doc: "Lets requests without credentials through to authorization on every path, or on none with =false (default: health, version, cluster-info).",
  },
  "token-auth-file": {
    type: "file",
    value: "FILE",
    doc: 'File with static tokens: lines token,user,uid[,"group,…"].',
  },
  "enable-bootstrap-token-auth": {
    type: "bool",
    doc: "Whether Secrets of type bootstrap.kubernetes.io/token let nodes in that join (default true).",
  },
  "authentication-token-webhook-config-file": {
    type: "file",
    value: "FILE",
    doc: "Kubeconfig of a webhook that is asked who a token stands for.",
  },
  "authentication-token-webhook-version": {
    type: "string",
    value: "VERSION",
    doc: "Version of TokenReview that the webhook speaks: v1 or v1beta1 (default v1beta1).",
  },
  "authentication-token-webhook-cache-ttl": {
    type: "string",
    value: "DURATION",
    doc: "How long the webhook's answers are kept (default 2m0s).",
  },
};

/** How callers prove who they are. Reads the files that are named; throws a usage error that says what is wrong. */
export async function authenticationFrom(flags: FlagValues): Promise<AuthenticationSettings> {
  const anonymous = flags.string("anonymous-auth");
  return {
    ...(anonymous === undefined ? {} : { anonymous: () => ({ enabled: anonymous === "true" }) }),
    ...tokenFileOf(flags),
    bootstrapTokens: flags.string("enable-bootstrap-token-auth") !== "false",
    ...(await webhookOf(flags)),
  };
}

function tokenFileOf(flags: FlagValues): Pick<AuthenticationSettings, "tokenFile"> {
  const file = flags.string("token-auth-file") ?? "";
  if (file === "") return {};
  try {
    const tokenFile = readFileSync(file, "utf8");
    staticTokens(tokenFile);
    return { tokenFile };
  } catch (error) {
    throw usageError(`--token-auth-file ${file} cannot be used: ${messageOf(error)}`);
  }
}

async function webhookOf(flags: FlagValues): Promise<{ readonly webhook?: TokenWebhook }> {
  const file = flags.string("authentication-token-webhook-config-file") ?? "";
  if (file === "") return {};
  const version = flags.string("authentication-token-webhook-version") ?? "v1beta1";
  if (version !== "v1" && version !== "v1beta1") {
    throw usageError(
      `unsupported authentication webhook version ${JSON.stringify(version)}, supported versions are "v1", "v1beta1"`,
    );
  }
  const cacheMs = durationFrom(flags, "authentication-token-webhook-cache-ttl") ?? 120_000;
  return {
    webhook: { target: await webhookTargetOf("authentication-token-webhook-config-file", file), version, cacheMs },
  };
}
