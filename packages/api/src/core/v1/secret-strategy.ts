import {
  type Column,
  type FieldError,
  type FieldText,
  forbidden,
  invalid,
  isConfigMapKey,
  type Path,
  required,
  type Strategy,
  equalValues,
} from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { Secret } from "./secret.ts";

/** One MiB of keys and values together. */
export const DATA_BYTES_MAX = 1_048_576;
const ACCOUNT_NAME_ANNOTATION = "kubernetes.io/service-account.name";

/** Where secrets depart from the conventions: they keep their type, and all when they say so. */
export const secretStrategy: Strategy<Secret> = {
  validate(next, old) {
    return old === undefined ? [] : secretUpdateErrors(next, old);
  },
};

/** Field selectors of secrets. */
export const secretFields: Readonly<Record<string, FieldText<Secret>>> = { type: (secret) => secret.type ?? "" };

/** The table of `kubectl get secrets`. */
export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  column("Type", "What the secret is used for.", (secret) => secret.type ?? ""),
  column("Data", "Number of entries.", (secret) => Object.keys(secret.data ?? {}).length),
  ageColumn,
];

/** `stringData` is for writing only: it overrides `data` and vanishes. */
export function withStringData(secret: Secret): Secret {
  const { stringData, ...rest } = secret;
  if (stringData === undefined) return secret;
  const data: Record<string, string> = { ...secret.data };
  for (const [key, text] of Object.entries(stringData)) data[key] = base64(text);
  return { ...rest, data };
}

function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Proper keys, a bound on size, and the entries that the type promises. */
export function secretRules(secret: Secret, _old: unknown, path: Path): Findings {
  const { data = {} } = secret;
  let bytes = 0;
  const out: FieldError[] = [];
  for (const [key, value] of Object.entries(data)) {
    bytes += bytesOf(value);
    out.push(...invalidFor([...path, "data", { key }], key, isConfigMapKey(key)));
  }
  if (bytes > DATA_BYTES_MAX) {
    out.push({
      path: [...path, "data"],
      reason: "TooLong",
      detail: `may not be more than ${DATA_BYTES_MAX} bytes`,
      value: "",
    });
  }
  return [...out, ...typeFindings(secret, path)];
}

/** Length of what base64 text stands for. */
export function bytesOf(base64Text: string): number {
  const padding = base64Text.endsWith("==") ? 2 : base64Text.endsWith("=") ? 1 : 0;
  return (base64Text.length / 4) * 3 - padding;
}

function typeFindings(secret: Secret, path: Path): Findings {
  const { data = {} } = secret;
  const missing = (key: string): Findings => (data[key] === undefined ? [required([...path, "data", { key }])] : []);
  switch (secret.type) {
    case "kubernetes.io/service-account-token": {
      const name = secret.metadata.annotations?.[ACCOUNT_NAME_ANNOTATION] ?? "";
      return name === "" ? [required([...path, "metadata", "annotations", { key: ACCOUNT_NAME_ANNOTATION }])] : [];
    }
    case "kubernetes.io/dockercfg":
      return [...missing(".dockercfg"), ...jsonFindings(data, ".dockercfg", path)];
    case "kubernetes.io/dockerconfigjson":
      return [...missing(".dockerconfigjson"), ...jsonFindings(data, ".dockerconfigjson", path)];
    case "kubernetes.io/basic-auth":
      if (data["username"] !== undefined || data["password"] !== undefined) return [];
      return [...missing("username"), ...missing("password")];
    case "kubernetes.io/ssh-auth":
      return (data["ssh-privatekey"] ?? "") === "" ? [required([...path, "data", { key: "ssh-privatekey" }])] : [];
    case "kubernetes.io/tls":
      return [...missing("tls.crt"), ...missing("tls.key")];
    default:
      return [];
  }
}

function jsonFindings(data: Readonly<Record<string, string>>, key: string, path: Path): Findings {
  const text = data[key];
  if (text === undefined) return [];
  try {
    JSON.parse(atob(text));
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [invalid([...path, "data", { key }], "<secret contents redacted>", error.message)];
  }
}

function secretUpdateErrors(next: Secret, old: Secret): Findings {
  const out: FieldError[] = [];
  if ((next.type ?? "Opaque") !== (old.type ?? "Opaque")) out.push(invalid(["type"], next.type, "field is immutable"));
  if (old.immutable !== true) return out;
  if (next.immutable !== true) out.push(forbidden(["immutable"], "field is immutable when `immutable` is set"));
  if (!equalValues(next.data, old.data)) out.push(forbidden(["data"], "field is immutable when `immutable` is set"));
  return out;
}
