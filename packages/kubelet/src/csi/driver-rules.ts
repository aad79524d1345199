import type { Pod } from "@skates/api/core/v1";
import { ACCESS_MODE, NODE_CAPABILITY, type VolumeCapability } from "@skates/api/csi/v1";
import type { CSIDriver } from "@skates/api/storage/v1";
import type { Token } from "../references.ts";
import type { CsiVolume } from "./csi-volume.ts";

/** What a driver's node service can do, by the numbers of `NODE_CAPABILITY`. */
export type NodeCapabilities = ReadonlySet<number>;

/** Whether a volume must be attached to the node before it is mounted; a driver that nobody describes is taken to need it. */
export function needsAttach(driver: CSIDriver | undefined, { lifecycle }: Pick<CsiVolume, "lifecycle">): boolean {
  return lifecycle === "Persistent" && driver?.spec.attachRequired !== false;
}

/** Why the driver has no volumes of this life; undefined: it has. In upstream's words. */
export function lifecycleRefusal(driver: CSIDriver | undefined, volume: CsiVolume): string | undefined {
  const { lifecycle, driver: name } = volume;
  const modes = driver?.spec.volumeLifecycleModes ?? [];
  const supported = modes.length === 0 ? ["Persistent"] : modes;
  if (driver === undefined && lifecycle === "Ephemeral")
    return `volume mode "Ephemeral" not supported by driver ${name} (no CSIDriver object)`;
  if (supported.includes(lifecycle)) return undefined;
  return `volume mode ${JSON.stringify(lifecycle)} not supported by driver ${name} (only supports [${supported.map((mode) => JSON.stringify(mode)).join(" ")}])`;
}

/** Whether the files of a volume are given to the pod's group by the kubelet. */
export function givesToGroup(driver: CSIDriver | undefined, volume: CsiVolume): boolean {
  if (volume.readOnly || volume.block) return false;
  switch (driver?.spec.fsGroupPolicy ?? "ReadWriteOnceWithFSType") {
    case "None":
      return false;
    case "File":
      return true;
    default:
      return (
        volume.fsType !== "" &&
        volume.accessModes.some((mode) => mode === "ReadWriteOnce" || mode === "ReadWriteOncePod")
      );
  }
}

/** How the driver is told that a volume is to be used. `mountGroup`: for drivers that see to the group themselves. */
export function volumeCapability(
  volume: CsiVolume,
  capabilities: NodeCapabilities,
  mountGroup: number | undefined,
): VolumeCapability {
  const mode = accessMode(volume.accessModes[0] ?? "ReadWriteOnce", capabilities);
  if (volume.block) return { block: {}, accessMode: { mode } };
  return {
    mount: {
      ...(volume.fsType === "" ? {} : { fsType: volume.fsType }),
      ...(volume.mountOptions.length === 0 ? {} : { mountFlags: volume.mountOptions }),
      ...(mountGroup === undefined ? {} : { volumeMountGroup: String(mountGroup) }),
    },
    accessMode: { mode },
  };
}

function accessMode(mode: string, capabilities: NodeCapabilities): number {
  const tellsPodsApart = capabilities.has(NODE_CAPABILITY.SINGLE_NODE_MULTI_WRITER);
  switch (mode) {
    case "ReadOnlyMany":
      return ACCESS_MODE.MULTI_NODE_READER_ONLY;
    case "ReadWriteMany":
      return ACCESS_MODE.MULTI_NODE_MULTI_WRITER;
    case "ReadWriteOncePod":
      return tellsPodsApart ? ACCESS_MODE.SINGLE_NODE_SINGLE_WRITER : ACCESS_MODE.SINGLE_NODE_WRITER;
    default:
      return tellsPodsApart ? ACCESS_MODE.SINGLE_NODE_MULTI_WRITER : ACCESS_MODE.SINGLE_NODE_WRITER;
  }
}

/** What a driver that asks for it is told about the pod. */
export function podContext(
  driver: CSIDriver | undefined,
  pod: Pod,
  volume: CsiVolume,
): Readonly<Record<string, string>> {
  if (driver?.spec.podInfoOnMount !== true) return {};
  const { name, namespace = "", uid = "" } = pod.metadata;
  return {
    "csi.storage.k8s.io/pod.name": name,
    "csi.storage.k8s.io/pod.namespace": namespace,
    "csi.storage.k8s.io/pod.uid": uid,
    "csi.storage.k8s.io/serviceAccount.name": pod.spec.serviceAccountName ?? "",
    "csi.storage.k8s.io/ephemeral": String(volume.lifecycle === "Ephemeral"),
  };
}

/** Tokens by their audience, as drivers read them from the volume's context or from its secrets. */
export function tokenContext(tokens: ReadonlyMap<string, Token>): Readonly<Record<string, string>> {
  if (tokens.size === 0) return {};
  const shown = [...tokens].map(([audience, { token, expiresAtMs }]) => {
    const expirationTimestamp = `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z`;
    return [audience, { token, expirationTimestamp }] as const;
  });
  return { "csi.storage.k8s.io/serviceAccount.tokens": JSON.stringify(Object.fromEntries(shown)) };
}
