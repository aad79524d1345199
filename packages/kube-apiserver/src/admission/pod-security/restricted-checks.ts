import type { Volume } from "@skates/api/core/v1";
import { isConfined, seccompProfile } from "./baseline-checks.ts";
import {
  type AnyContainer,
  type Check,
  containersOf,
  containersThat,
  distinct,
  named,
  plural,
  quoted,
  setters,
} from "./checked-pod.ts";

const ALLOWED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const;
const RESTRICTED_VOLUMES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const;

export const allowPrivilegeEscalation: Check = (pod) => {
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

export const restrictedCapabilities: Check = (pod) => {
  const keeping = containersThat(pod, ({ securityContext }) => {
    return !(securityContext?.capabilities?.drop ?? []).includes("ALL");
  });
  const addedBy = ({ securityContext }: AnyContainer): readonly string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
  const adding = containersThat(pod, (container) => addedBy(container).length > 0);
  const added = quoted(distinct(containersOf(pod).flatMap(addedBy)));
  const details = [
    ...(keeping.length === 0 ? [] : [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0 ? [] : [`${named(adding)} must not include ${added} in securityContext.capabilities.add`]),
  ];
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
};

export const restrictedVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => ALLOWED_VOLUMES.every((type) => volume[type] === undefined));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(typeOfVolume));
  const uses = bad.length === 1 ? "uses" : "use";
  const volumes = `${plural("volume", bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  return {
    reason: "restricted volume types",
    detail: `${volumes} ${uses} ${plural("restricted volume type", types.length)} ${quoted(types)}`,
  };
};

function typeOfVolume(volume: Volume): string {
  return RESTRICTED_VOLUMES.find((type) => volume[type] !== undefined) ?? "unknown";
}

export const runAsNonRoot: Check = (pod) => {
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const reason = "runAsNonRoot != true";
  const denying = setters(
    ofPod === false,
    containersThat(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  if (denying !== "") return { reason, detail: `${denying} must not set securityContext.runAsNonRoot=false` };
  if (ofPod === true) return undefined;
  const silent = containersThat(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
};

export const runAsUser: Check = (pod) => {
  const roots = setters(
    pod.spec.securityContext?.runAsUser === 0,
    containersThat(pod, ({ securityContext }) => securityContext?.runAsUser === 0),
  );
  return roots === "" ? undefined : { reason: "runAsUser=0", detail: `${roots} must not set runAsUser=0` };
};

export const restrictedSeccompProfile: Check = (pod) => {
  const wrong = seccompProfile(pod);
  if (wrong !== undefined) return wrong;
  if (isConfined(pod.spec.securityContext?.seccompProfile?.type ?? "")) return undefined;
  const silent = containersThat(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  const wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: "seccompProfile", detail: `pod or ${named(silent)} ${wanted}` };
};
