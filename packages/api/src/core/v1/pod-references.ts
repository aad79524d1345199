import { isRecord } from "@skates/apimachinery";
import type { PersistentVolume } from "./persistent-volume.ts";
import type { Pod } from "./pod.ts";

/** Kinds of which a kubelet needs single objects, because pods on its node name them. */
export type ReferencedKind = "secrets" | "configmaps" | "persistentvolumeclaims" | "resourceclaims" | "serviceaccounts";

/** Names that a pod mentions, by kind; all are in the pod's namespace. */
export type PodReferences = Readonly<Record<ReferencedKind, ReadonlySet<string>>>;

/** What a pod's spec and status name. */
export function podReferences(pod: Pod): PodReferences {
  const { spec, status, metadata } = pod;
  const secrets = new Set((spec.imagePullSecrets ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])));
  const configmaps = new Set<string>();
  addEnvironment(pod, { secrets, configmaps });
  for (const volume of spec.volumes ?? []) addVolume(volume, { secrets, configmaps });
  const claims = (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [persistentVolumeClaim.claimName];
    return ephemeral === undefined ? [] : [`${metadata.name}-${name}`];
  });
  const account = spec.serviceAccountName ?? "";
  return {
    secrets,
    configmaps,
    persistentvolumeclaims: new Set(claims),
    resourceclaims: new Set(claimsOfDevices({ spec, status })),
    serviceaccounts: new Set(account === "" ? [] : [account]),
  };
}

/** Secrets that a node needs to mount a volume, as `<namespace>/<name>`. Those for the controllers of its driver are none of them. */
export function volumeSecrets({ spec }: PersistentVolume): ReadonlySet<string> {
  const out = new Set<string>();
  const home = spec.claimRef?.namespace ?? "";
  const add = (reference: unknown): void => {
    if (!isRecord(reference) || typeof reference["name"] !== "string" || reference["name"] === "") return;
    const { namespace } = reference;
    out.add(`${typeof namespace === "string" && namespace !== "" ? namespace : home}/${reference["name"]}`);
  };
  for (const source of Object.values(spec)) if (isRecord(source)) add(source["secretRef"]);
  const { csi, azureFile } = spec;
  for (const reference of [csi?.nodeStageSecretRef, csi?.nodePublishSecretRef, csi?.nodeExpandSecretRef])
    add(reference);
  if (azureFile !== undefined) add({ name: azureFile.secretName, namespace: azureFile.secretNamespace });
  return out;
}

interface Named {
  readonly secrets: Set<string>;
  readonly configmaps: Set<string>;
}

function addEnvironment({ spec }: Pod, { secrets, configmaps }: Named): void {
  const add = (to: Set<string>, name: string | undefined): void => void (name === undefined || to.add(name));
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  for (const { env = [], envFrom = [] } of containers) {
    for (const { valueFrom } of env) {
      add(secrets, valueFrom?.secretKeyRef?.name);
      add(configmaps, valueFrom?.configMapKeyRef?.name);
    }
    for (const { secretRef, configMapRef } of envFrom) {
      add(secrets, secretRef?.name);
      add(configmaps, configMapRef?.name);
    }
  }
}

function addVolume(volume: NonNullable<Pod["spec"]["volumes"]>[number], { secrets, configmaps }: Named): void {
  const add = (to: Set<string>, name: unknown): void => void (typeof name === "string" && to.add(name));
  add(secrets, volume.secret?.secretName);
  add(configmaps, volume.configMap?.name);
  add(secrets, volume.csi?.nodePublishSecretRef?.name);
  add(secrets, volume.azureFile?.secretName);
  for (const { secret, configMap } of volume.projected?.sources ?? []) {
    add(secrets, secret?.name);
    add(configmaps, configMap?.name);
  }
  // Old sources: cephfs, rbd, iscsi, flexVolume and others.
  for (const source of Object.values(volume)) {
    if (isRecord(source) && isRecord(source["secretRef"])) add(secrets, source["secretRef"]["name"]);
  }
}

function claimsOfDevices({ spec, status }: Pick<Pod, "spec" | "status">): readonly string[] {
  const named = (spec.resourceClaims ?? []).map(({ resourceClaimName }) => resourceClaimName);
  const made = (status?.resourceClaimStatuses ?? []).map(({ resourceClaimName }) => resourceClaimName);
  const extended = status?.extendedResourceClaimStatus?.resourceClaimName;
  return [...named, ...made, extended].flatMap((name) => (name === undefined || name === "" ? [] : [name]));
}
