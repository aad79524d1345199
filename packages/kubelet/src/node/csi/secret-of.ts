import type { SecretReference } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import type { References } from "../../references.ts";

/** What a secret holds, as drivers are given it; nothing where none is named. */
export async function csiSecret(
  references: References,
  reference: SecretReference | undefined,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { name = "", namespace = "" } = reference ?? {};
  if (name === "") return {};
  const secret = await references.secretNow(namespace, name, signal);
  if (secret === undefined) {
    const message = `failed to find the secret ${name} in the namespace ${namespace} with error: secrets ${JSON.stringify(name)} not found`;
    throw new OperatingError("VolumeSourceMissing", message);
  }
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}
