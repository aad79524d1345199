import type {
  ConfigMap,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from "@skates/api/core/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";
import type { CSIDriver, VolumeAttachment } from "@skates/api/storage/v1";

/** Objects that pods refer to. Answers from a cache that follows the API as long as the pod is registered. */
export interface References {
  /** undefined: there is none. Waits for the first answer of the API. */
  configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  /** Services of this namespace and the one named `kubernetes` in `default`; waits until they are known. */
  services(namespace: string, signal: AbortSignal): Promise<readonly Service[]>;
  /** The claim as it is now. */
  claim(namespace: string, name: string, signal: AbortSignal): Promise<PersistentVolumeClaim | undefined>;
  /** The volume as it is now; only those of claims that pods on this node use are to be had. */
  volume(name: string, signal: AbortSignal): Promise<PersistentVolume | undefined>;
  /** A secret as it is now: one that a volume of the pod names, maybe in another namespace. */
  secretNow(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  /** What a CSI driver says of itself; undefined: nothing. */
  csiDriver(name: string, signal: AbortSignal): Promise<CSIDriver | undefined>;
  /** A claim of devices as it is now. */
  resourceClaim(namespace: string, name: string, signal: AbortSignal): Promise<ResourceClaim | undefined>;
  volumeAttachment(name: string, signal: AbortSignal): Promise<VolumeAttachment | undefined>;
  /** The node itself as it is now. */
  ownNode(signal: AbortSignal): Promise<Node | undefined>;
  /** A token for the pod's service account, bound to the pod. */
  token(pod: Pod, request: TokenSpec, signal: AbortSignal): Promise<Token>;
  /** From now on `changed` is called when something that the pod refers to changes. */
  register(pod: Pod, changed: () => void): void;
  unregister(podUid: string): void;
}

export interface TokenSpec {
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

export interface Token {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Knows nothing and hands out no tokens: for nodes whose containers read nothing. */
export const noReferences: References = {
  configMap: () => Promise.resolve(undefined),
  secret: () => Promise.resolve(undefined),
  services: () => Promise.resolve([]),
  claim: () => Promise.resolve(undefined),
  volume: () => Promise.resolve(undefined),
  secretNow: () => Promise.resolve(undefined),
  csiDriver: () => Promise.resolve(undefined),
  resourceClaim: () => Promise.resolve(undefined),
  volumeAttachment: () => Promise.resolve(undefined),
  ownNode: () => Promise.resolve(undefined),
  token: () => Promise.reject(new Error("this node hands out no tokens")),
  register: () => undefined,
  unregister: () => undefined,
};

/** Names of the config maps and secrets that a pod needs. */
export function referencesOf(pod: Pod): {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
} {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const add = (set: Set<string>, name: string | undefined): void => {
    if (name !== undefined && name !== "") set.add(name);
  };
  for (const s of pod.spec.imagePullSecrets ?? []) add(secrets, s.name);
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  for (const container of [...initContainers, ...containers, ...ephemeralContainers]) {
    for (const from of container.envFrom ?? []) {
      add(configMaps, from.configMapRef?.name);
      add(secrets, from.secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of pod.spec.volumes ?? []) {
    add(configMaps, volume.configMap?.name);
    add(secrets, volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
  }
  return { configMaps, secrets };
}
