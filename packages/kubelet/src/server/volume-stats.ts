/** What a volume of a pod has and uses. Undefined: its driver does not say. */
export interface VolumeUse {
  readonly podUid: string;
  /** The pod's own name of it. */
  readonly volume: string;
  readonly claim?: { readonly namespace: string; readonly name: string } | undefined;
  readonly bytes?: Amounts | undefined;
  readonly inodes?: Amounts | undefined;
}

export interface Amounts {
  readonly total: number;
  readonly used: number;
  readonly available: number;
}

/** A volume as `/stats/summary` shows it. */
export function volumeSummary({ volume, claim, bytes, inodes }: VolumeUse, time: string): object {
  return {
    time,
    ...(bytes && { availableBytes: bytes.available, capacityBytes: bytes.total, usedBytes: bytes.used }),
    ...(inodes && { inodesFree: inodes.available, inodes: inodes.total, inodesUsed: inodes.used }),
    name: volume,
    ...(claim && { pvcRef: { name: claim.name, namespace: claim.namespace } }),
  };
}

const FAMILIES: readonly (readonly [suffix: string, help: string, of: (use: VolumeUse) => number | undefined])[] = [
  ["available_bytes", "Number of available bytes in the volume", ({ bytes }) => bytes?.available],
  ["capacity_bytes", "Capacity in bytes of the volume", ({ bytes }) => bytes?.total],
  ["inodes", "Maximum number of inodes in the volume", ({ inodes }) => inodes?.total],
  ["inodes_free", "Number of free inodes in the volume", ({ inodes }) => inodes?.available],
  ["inodes_used", "Number of used inodes in the volume", ({ inodes }) => inodes?.used],
  ["used_bytes", "Number of used bytes in the volume", ({ bytes }) => bytes?.used],
];

/** The volumes of claims in the text format; each claim once, however many pods have it. */
export function volumeMetrics(uses: readonly VolumeUse[]): string {
  const byClaim = new Map(
    uses.flatMap((use) => {
      const { claim } = use;
      if (claim === undefined) return [];
      return [[`namespace="${claim.namespace}",persistentvolumeclaim="${claim.name}"`, use] as const];
    }),
  );
  const lines = FAMILIES.flatMap(([suffix, help, of]): readonly string[] => {
    const name = `kubelet_volume_stats_${suffix}`;
    const values = [...byClaim].flatMap(([labels, use]) => {
      const value = of(use);
      return value === undefined ? [] : [`${name}{${labels}} ${value}`];
    });
    return values.length === 0 ? [] : [`# HELP ${name} [ALPHA] ${help}`, `# TYPE ${name} gauge`, ...values];
  });
  return lines.map((line) => `${line}\n`).join("");
}
