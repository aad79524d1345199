import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import {
  abacAuthorizer,
  type AuthorizationSettings,
  type AuthorizerSetting,
  NODE_AND_RBAC,
  readAuthorizationConfiguration,
  type WebhookTarget,
} from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import type { ReloadableFile } from "../compose/reload.ts";
import { durationFrom } from "./duration.ts";
import { webhookTargetOf } from "./webhook-kubeconfig.ts";

export const AUTHORIZATION_FLAGS: FlagSpecs = {
  "authorization-config": {
    type: "file",
    value: "FILE",
    doc: "File with an AuthorizationConfiguration, instead of --authorization-mode. Read again when it changes.",
  },
  "authorization-mode": {
    type: "list",
    value: "MODE,…",
    doc: "Who decides what is allowed, in order: Node, RBAC, ABAC, Webhook, AlwaysAllow, AlwaysDeny (default Node,RBAC).",
  },
  "authorization-policy-file": {
    type: "file",
    value: "FILE",
    doc: "File with a policy in JSON on each line, for mode ABAC.",
  },
  "authorization-webhook-config-file": {
    type: "file",
    value: "FILE",
    doc: "Kubeconfig of the webhook for mode Webhook.",
  },
  "authorization-webhook-version": {
    type: "string",
    value: "VERSION",
    doc: "Version of SubjectAccessReview that the webhook speaks: v1 or v1beta1 (default v1beta1).",
  },
  "authorization-webhook-cache-authorized-ttl": {
    type: "string",
    value: "DURATION",
    doc: "How long it is kept that the webhook allows something (default 5m0s).",
  },
  "authorization-webhook-cache-unauthorized-ttl": {
    type: "string",
    value: "DURATION",
    doc: "How long it is kept that the webhook does not allow something (default 30s).",
  },
};

const WEBHOOK_TIMEOUT_MS = 30_000;

/** Who decides what is allowed. Reads the files that are named; throws a usage error in upstream's words. */
export async function authorizationFrom(flags: FlagValues): Promise<ReloadableAuthorization> {
  const file = flags.string("authorization-config") ?? "";
  let current: readonly AuthorizerSetting[] = [];
  const reload = async (): Promise<void> => {
    const target = (kubeconfig: string): Promise<WebhookTarget> => webhookTargetOf("authorization-config", kubeconfig);
    current = await readAuthorizationConfiguration(readFileSync(file, "utf8"), { target });
  };
  if (file === "") {
    current = await modesFrom(flags);
  } else {
    refuseModes(flags);
    try {
      await reload();
    } catch (error) {
      throw usageError(`--authorization-config ${file} cannot be used: ${messageOf(error)}`);
    }
  }
  return { settings: () => current, files: file === "" ? [] : [{ path: file, reload }] };
}

/** Settings, and the files that are read again when they change. */
export interface ReloadableAuthorization {
  readonly settings: AuthorizationSettings;
  readonly files: readonly ReloadableFile[];
}

function refuseModes(flags: FlagValues): void {
  const given = Object.keys(AUTHORIZATION_FLAGS).filter((name) => flags.list(name).length > 0);
  const other = given.find((name) => name !== "authorization-config");
  if (other !== undefined) throw usageError(`--authorization-config can not be specified when --${other} is`);
}

async function modesFrom(flags: FlagValues): Promise<readonly AuthorizerSetting[]> {
  const modes = flags.strings("authorization-mode");
  if (modes.length === 0) return NODE_AND_RBAC;
  const repeated = modes.find((mode, index) => modes.indexOf(mode) < index);
  if (repeated !== undefined) {
    throw usageError(`authorization-mode ${JSON.stringify(modes)} has mode specified more than once`);
  }
  const settings: AuthorizerSetting[] = [];
  for (const mode of modes) settings.push(await settingOf(mode, flags));
  for (const [flag, mode] of [
    ["authorization-policy-file", "ABAC"],
    ["authorization-webhook-config-file", "Webhook"],
  ] as const) {
    if ((flags.string(flag) ?? "") !== "" && !modes.includes(mode)) {
      throw usageError(`cannot specify --${flag} without mode ${mode}`);
    }
  }
  return settings;
}

async function settingOf(mode: string, flags: FlagValues): Promise<AuthorizerSetting> {
  switch (mode) {
    case "Node":
    case "RBAC":
    case "AlwaysAllow":
    case "AlwaysDeny":
      return { type: mode };
    case "ABAC":
      return { type: "ABAC", policies: policiesOf(flags) };
    case "Webhook":
      return await webhookOf(flags);
    default:
      throw usageError(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`);
  }
}

function policiesOf(flags: FlagValues): string {
  const file = flags.string("authorization-policy-file") ?? "";
  if (file === "") throw usageError("authorization-mode ABAC's authorization policy file not passed");
  try {
    const text = readFileSync(file, "utf8");
    abacAuthorizer(text);
    return text;
  } catch (error) {
    throw usageError(`--authorization-policy-file ${file} cannot be used: ${messageOf(error)}`);
  }
}

async function webhookOf(flags: FlagValues): Promise<AuthorizerSetting> {
  const file = flags.string("authorization-webhook-config-file") ?? "";
  if (file === "") throw usageError("authorization-mode Webhook's authorization config file not passed");
  const version = flags.string("authorization-webhook-version") ?? "v1beta1";
  if (version !== "v1" && version !== "v1beta1") {
    throw usageError(
      `invalid value ${JSON.stringify(version)} for flag --authorization-webhook-version: v1 or v1beta1`,
    );
  }
  return {
    type: "Webhook",
    name: "default",
    target: await webhookTargetOf("authorization-webhook-config-file", file),
    version,
    timeoutMs: WEBHOOK_TIMEOUT_MS,
    authorizedMs: durationFrom(flags, "authorization-webhook-cache-authorized-ttl") ?? 300_000,
    unauthorizedMs: durationFrom(flags, "authorization-webhook-cache-unauthorized-ttl") ?? 30_000,
    onError: "no opinion",
  };
}
