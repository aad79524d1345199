import {
  type Container,
  isMirrorPod,
  type Pod,
  pods,
  type ServiceAccount,
  serviceAccounts,
  type Volume,
} from "@skates/api/core/v1";
import { forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { nameSuffix, type Random } from "@skates/component-base";
import { limitsSecrets, unlistedSecret } from "./mountable-secrets.ts";
import { objectOf } from "./object-kind.ts";
import { podOf } from "./pod-template.ts";

const DEFAULT_NAME = "default";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
/** An hour, and seven seconds by which the token of this volume is told from one that was asked for by hand. */
const TOKEN_SECONDS = 3607;
/** 0644 */
const MODE = 420;

export interface ServiceAccountOptions {
  readonly registry: Registry;
  readonly random: Random;
}

/** Gives every pod a service account and, unless unwanted, a mounted token for the API. */
export function serviceAccount({ registry, random }: ServiceAccountOptions): AdmissionPlugin {
  const suffixes = random.stream("kube-api-access");
  return {
    name: "ServiceAccount",
    handles: (attributes) => isNewPod(attributes) || addsContainers(attributes),
    async mutate(attributes, signal) {
      const pod = podOf(attributes.object);
      if (pod === undefined) throw new Error("ServiceAccount was given no pod");
      if (isMirrorPod(pod) || !isNewPod(attributes)) return pod;
      const named = withAccountName(pod);
      const account = await accountOf(registry, { pod: named, attributes }, signal);
      const mounted = mountsToken(named, account) ? withToken(named, () => nameSuffix(suffixes)) : named;
      return withPullSecrets(mounted, account);
    },
    async validate(attributes, signal) {
      const pod = podOf(attributes.object);
      if (pod === undefined) return;
      if (isMirrorPod(pod)) return isNewPod(attributes) ? refuseMirror(attributes, pod) : undefined;
      const account = await accountOf(registry, { pod, attributes }, signal);
      const unlisted = limitsSecrets(account) ? unlistedSecret(pod, account) : undefined;
      if (unlisted !== undefined) throw forbiddenRequest(attributes.resource, pod.metadata.name, unlisted);
    },
  };
}

function isNewPod(attributes: AdmissionAttributes): boolean {
  return attributes.operation === "CREATE" && objectOf(attributes, pods) !== undefined;
}

/** Containers that are added for a look inside may use secrets too. */
function addsContainers({ operation, resource, subresource, object }: AdmissionAttributes): boolean {
  const ofPod = resource.group === pods.group && resource.plural === pods.plural;
  return operation === "UPDATE" && ofPod && subresource === "ephemeralcontainers" && podOf(object) !== undefined;
}

/** A static pod's image in the API cannot use what only the API has. */
function refuseMirror({ resource }: AdmissionAttributes, pod: Pod): void {
  const { name } = pod.metadata;
  if ((pod.spec.serviceAccountName ?? "") !== "") {
    throw forbiddenRequest(resource, name, "a mirror pod may not reference service accounts");
  }
  const volumes = pod.spec.volumes ?? [];
  if (volumes.some((volume) => volume.secret !== undefined)) {
    throw forbiddenRequest(resource, name, "a mirror pod may not reference secrets");
  }
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  if (projected.some((source) => source.serviceAccountToken !== undefined)) {
    throw forbiddenRequest(resource, name, "a mirror pod may not use ServiceAccountToken volume projections");
  }
}

/** `serviceAccount` is the older name of the same field. */
function withAccountName(pod: Pod): Pod {
  const { serviceAccountName = "", serviceAccount: older = "" } = pod.spec;
  const name = serviceAccountName || older || DEFAULT_NAME;
  if (name === serviceAccountName && name === older) return pod;
  return { ...pod, spec: { ...pod.spec, serviceAccountName: name, serviceAccount: name } };
}

async function accountOf(
  registry: Registry,
  { pod, attributes }: { readonly pod: Pod; readonly attributes: AdmissionAttributes },
  signal: AbortSignal,
): Promise<ServiceAccount> {
  const name = pod.spec.serviceAccountName ?? "";
  const found = await registry.find<ServiceAccount>(serviceAccounts, { namespace: attributes.namespace, name }, signal);
  if (found !== undefined) return found;
  const cause = `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
  throw forbiddenRequest(attributes.resource, pod.metadata.name, cause);
}

function mountsToken(pod: Pod, account: ServiceAccount): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

/** Mounts the token where a container has nothing there yet; the volume is added only if somebody mounts it. */
function withToken(pod: Pod, suffix: () => string): Pod {
  const volumes = pod.spec.volumes ?? [];
  const own = volumes.find((volume) => isTokenVolume(volume));
  const name = own?.name ?? freshName(new Set(volumes.map((volume) => volume.name)), suffix);
  const containers = pod.spec.containers.map((container) => withMount(container, name));
  const initContainers = pod.spec.initContainers?.map((container) => withMount(container, name));
  const changed =
    containers.some((container, i) => container !== pod.spec.containers[i]) ||
    (initContainers ?? []).some((container, i) => container !== pod.spec.initContainers?.[i]);
  if (!changed) return pod;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers,
      ...(initContainers === undefined ? {} : { initContainers }),
      volumes: own === undefined ? [...volumes, tokenVolume(name)] : volumes,
    },
  };
}

function isTokenVolume(volume: Volume): boolean {
  const sources = volume.projected?.sources ?? [];
  return volume.name.startsWith(VOLUME_PREFIX) && sources.some((source) => source.serviceAccountToken !== undefined);
}

function freshName(taken: ReadonlySet<string>, suffix: () => string): string {
  for (;;) {
    const name = `${VOLUME_PREFIX}${suffix()}`;
    if (!taken.has(name)) return name;
  }
}

function withMount(container: Container, name: string): Container {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((mount) => mount.mountPath === MOUNT_PATH)) return container;
  return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }] };
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: MODE,
    },
  };
}

function withPullSecrets(pod: Pod, account: ServiceAccount): Pod {
  const secrets = account.imagePullSecrets ?? [];
  if ((pod.spec.imagePullSecrets ?? []).length > 0 || secrets.length === 0) return pod;
  return { ...pod, spec: { ...pod.spec, imagePullSecrets: secrets } };
}
