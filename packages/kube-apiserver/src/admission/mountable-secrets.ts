import type { Container, EphemeralContainer, Pod, ServiceAccount } from "@skates/api/core/v1";

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

/** Whether pods of the account may use no secrets but those that it lists. */
export function limitsSecrets({ metadata }: ServiceAccount): boolean {
  return /^(?:1|t|T|true|TRUE|True)$/.test(metadata.annotations?.[ENFORCE] ?? "");
}

/** Upstream's sentence on the first secret that a pod uses and its account does not list; undefined: there is none. */
export function unlistedSecret({ spec }: Pod, account: ServiceAccount): string | undefined {
  const secrets = new Set((account.secrets ?? []).map(({ name }) => name));
  const pullSecrets = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  const denied = (what: string, kind: string): string =>
    `${what} is not allowed because service account ${account.metadata.name} does not reference that ${kind}`;
  for (const { secret } of spec.volumes ?? []) {
    const name = secret?.secretName ?? "";
    if (secret !== undefined && !secrets.has(name)) return denied(`volume with secret.secretName="${name}"`, "secret");
  }
  for (const [what, containers] of [
    ["init container", spec.initContainers],
    ["container", spec.containers],
    ["ephemeral container", spec.ephemeralContainers],
  ] as const) {
    const found = unlistedVariable(containers ?? [], secrets);
    if (found !== undefined) return denied(`${what} ${found}`, "secret");
  }
  for (const [i, { name = "" }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pullSecrets.has(name)) return denied(`imagePullSecrets[${i}].name="${name}"`, "imagePullSecret");
  }
  return undefined;
}

function unlistedVariable(
  containers: readonly (Container | EphemeralContainer)[],
  secrets: ReadonlySet<string | undefined>,
): string | undefined {
  for (const { name, env = [], envFrom = [] } of containers) {
    for (const { secretRef } of envFrom) {
      if (secretRef === undefined || secrets.has(secretRef.name)) continue;
      return `${name} with envFrom referencing secret.secretName="${secretRef.name ?? ""}"`;
    }
    for (const { name: variable, valueFrom } of env) {
      const key = valueFrom?.secretKeyRef;
      if (key === undefined || secrets.has(key.name)) continue;
      return `${name} with envVar ${variable} referencing secret.secretName="${key.name ?? ""}"`;
    }
  }
  return undefined;
}
