import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import { invalidConfiguration } from "@skates/apimachinery";
import {
  type AnonymousAccess,
  type AuthenticationSettings,
  type Issuers,
  OPEN_PATHS,
  readAuthenticationConfiguration,
  staticTokens,
  type TokenWebhook,
} from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import type { ReloadableFile } from "../compose/reload.ts";
import { durationFrom } from "./duration.ts";
import { oidcFrom } from "./oidc.ts";
import { webhookTargetOf } from "./webhook-kubeconfig.ts";

export const AUTHENTICATION_FLAGS: FlagSpecs = {
  "authentication-config": {
    type: "file",
    value: "FILE",
    doc: "File with an AuthenticationConfiguration: issuers and who may ask without credentials. Read again when it changes.",
  },
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
export async function authenticationFrom(
  flags: FlagValues,
  { issuers, ownIssuers }: AuthenticationParts,
): Promise<ReloadableAuthentication> {
  const anonymous = flags.string("anonymous-auth");
  const file = authenticationFileOf(flags);
  const oidc = oidcFrom(flags);
  if (file !== "" && oidc !== undefined) {
    throw usageError("authentication-config file and oidc-* flags are mutually exclusive");
  }
  let access: AnonymousAccess | undefined = anonymous === undefined ? undefined : { enabled: anonymous === "true" };
  const reload = (): void => {
    const read = readAuthenticationConfiguration(readFileSync(file, "utf8"), { ownIssuers });
    if (read.anonymous !== undefined && anonymous !== undefined) {
      throw invalidConfiguration("anonymous: cannot be set in the file when --anonymous-auth is given");
    }
    issuers.replace(read.jwt);
    if (anonymous === undefined) access = read.anonymous;
  };
  if (file !== "") readNow(file, reload);
  if (oidc !== undefined) issuers.replace([oidc.compiled], oidc.algorithms);
  return {
    files: file === "" ? [] : [{ path: file, reload: async () => reload() }],
    settings: await settingsFrom(flags, () => access, issuers),
  };
}

/** What the settings are made with. */
export interface AuthenticationParts {
  /** Filled here, and again whenever the file changes. */
  readonly issuers: Issuers;
  /** Of this cluster's own tokens. */
  readonly ownIssuers: readonly string[];
}

/** Settings, and the files that are read again when they change. */
export interface ReloadableAuthentication {
  readonly settings: AuthenticationSettings;
  readonly files: readonly ReloadableFile[];
}

function authenticationFileOf(flags: FlagValues): string {
  return flags.string("authentication-config") ?? "";
}

function readNow(file: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw usageError(`--authentication-config ${file} cannot be used: ${messageOf(error)}`);
  }
}

async function settingsFrom(
  flags: FlagValues,
  anonymous: () => AnonymousAccess | undefined,
  issuers: Issuers,
): Promise<AuthenticationSettings> {
  return {
    anonymous: () => anonymous() ?? OPEN_PATHS,
    issuers,
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
