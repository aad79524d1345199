import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "./persistent-volume-claim.ts";
import type { PersistentVolume } from "./persistent-volume.ts";
import { nodeTermWarnings } from "./placement-warnings.ts";
import { fractionalBytes } from "./resource-rules.ts";
import type { Volume } from "./volume.ts";

/** Kinds of volumes that are on their way out, in the order in which upstream looks. */
const OLD_VOLUMES = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
} as const satisfies Partial<Record<keyof Volume, string>>;

const NONE: readonly string[] = [];
const OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

/** Volumes of a pod that will not work some day; `path` is where the pod's spec stands. */
export function volumeWarnings(volumes: readonly Volume[], path: string): readonly string[] {
  if (volumes.length === 0) return NONE;
  return [
    ...volumes.flatMap((volume, i) => {
      const at = `${path}.volumes[${i}]`;
      const claim = volume.ephemeral?.volumeClaimTemplate;
      return [
        ...oldKinds(volume, at),
        ...(claim === undefined ? [] : claimSpecWarnings(claim.spec, `${at}.ephemeral.volumeClaimTemplate.spec`)),
      ];
    }),
    ...tokenPathWarnings(volumes, path),
  ];
}

function oldKinds(volume: Partial<Record<keyof typeof OLD_VOLUMES, unknown>>, at: string): readonly string[] {
  if (!Object.keys(volume).some((name) => Object.hasOwn(OLD_VOLUMES, name))) return NONE;
  return Object.entries(OLD_VOLUMES).flatMap(([name, text]) => {
    const present = Object.entries(volume).some(([key, value]) => key === name && value !== undefined);
    return present ? [`${at}.${name === "storageos" ? "storageOS" : name}: ${text}`] : [];
  });
}

/** A token of the account where another source puts a file. */
function tokenPathWarnings(volumes: readonly Volume[], path: string): readonly string[] {
  const sourcesOf = ({ projected }: Volume) => projected?.sources ?? [];
  const tokens = new Set(volumes.flatMap(sourcesOf).flatMap((source) => source.serviceAccountToken?.path ?? []));
  if (tokens.size === 0) return [];
  const clashes = (items: readonly { readonly path: string }[] | undefined, at: string): readonly string[] =>
    (items ?? []).flatMap((item, i) =>
      tokens.has(item.path) ? [`${at}[${i}]: has duplicated path with ServiceAccountToken "${item.path}"`] : [],
    );
  return volumes.flatMap((volume, i) => {
    const at = `${path}.volumes[${i}].projected.sources`;
    return sourcesOf(volume).flatMap(({ configMap, secret, downwardAPI }) => [
      ...clashes(configMap?.items, `${at}.configMap`),
      ...clashes(secret?.items, `${at}.secrets`),
      ...clashes(downwardAPI?.items, `${at}.downwardAPI`),
    ]);
  });
}

/** What a claim should say otherwise some day. */
export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): readonly string[] {
  const old = metadata.annotations?.[OLD_CLASS] !== undefined;
  const text = 'deprecated since v1.8; use "storageClassName" attribute instead';
  return [...(old ? [`metadata.annotations[${OLD_CLASS}]: ${text}`] : []), ...claimSpecWarnings(spec, "spec")];
}

/** Sizes of a claim that are no whole bytes; `path` is where its spec stands. */
export function claimSpecWarnings({ resources }: PersistentVolumeClaimSpec, path: string): readonly string[] {
  return (["requests", "limits"] as const).flatMap((kind) =>
    fractionalBytes(resources?.[kind]?.["storage"], `${path}.resources.${kind}[storage]`),
  );
}

/** What a volume should say otherwise some day. */
export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): readonly string[] {
  const old = metadata.annotations?.[OLD_CLASS] !== undefined;
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const recycles = spec.persistentVolumeReclaimPolicy === "Recycle";
  return [
    ...(old
      ? [`metadata.annotations[${OLD_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`]
      : []),
    ...(recycles
      ? [
          "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
        ]
      : []),
    ...oldKinds(spec, "spec"),
    ...terms.flatMap((term, i) => nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`)),
    ...fractionalBytes(spec.capacity?.["storage"], "spec.capacity[storage]"),
  ];
}
