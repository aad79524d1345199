import { NODE_CAPABILITY, type NodeGetVolumeStatsResponse, USAGE_UNIT } from "@skates/api/csi/v1";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { Amounts, VolumeUse } from "../../server/volume-stats.ts";
import type { CsiDrivers } from "./csi-drivers.ts";
import { nodeService } from "./csi-methods.ts";
import type { MeasuredVolume } from "./csi-volumes.ts";

export interface VolumeMeterOptions {
  readonly volumes: () => readonly MeasuredVolume[];
  readonly drivers: CsiDrivers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As upstream: drivers are asked so often. */
const MEASURE_MS = 60_000;

/** Asks drivers once a minute what their volumes use, beside all who look: a driver that hangs delays nobody. */
export class VolumeMeter {
  readonly #options: VolumeMeterOptions;
  #known: readonly VolumeUse[] = [];
  constructor(options: VolumeMeterOptions) {
    this.#options = options;
  }

  /** What was measured last; a volume whose driver did not answer is left out. */
  uses(): readonly VolumeUse[] {
    return this.#known;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { volumes, clock } = this.#options;
    while (!signal.aborted) {
      const measured = await Promise.all(volumes().map((volume) => this.#measure(volume, signal)));
      this.#known = measured.filter((use) => use !== undefined);
      await clock.sleep(MEASURE_MS, signal);
    }
  }

  async #measure({ podUid, podVolume, volume, path, stagingPath }: MeasuredVolume, signal: AbortSignal) {
    const { drivers, log } = this.#options;
    try {
      const driver = drivers.get(volume.driver);
      if (!(await driver.capabilities(signal)).has(NODE_CAPABILITY.GET_VOLUME_STATS)) return undefined;
      const staging = stagingPath === undefined ? {} : { stagingTargetPath: stagingPath };
      const request = { volumeId: volume.volumeHandle, volumePath: path, ...staging };
      const reply = await driver.call(nodeService.nodeGetVolumeStats, request, signal);
      const { namespace = "", name } = volume.size?.claim.metadata ?? { name: "" };
      const claim = name === "" ? undefined : { namespace, name };
      return { podUid, volume: podVolume, claim, ...amountsOf(reply) };
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      log.warn("a driver does not say what a volume uses", { volume: volume.name, error: messageOf(error) });
      return undefined;
    }
  }
}

function amountsOf({ usage = [] }: NodeGetVolumeStatsResponse): Pick<VolumeUse, "bytes" | "inodes"> {
  const of = (wanted: number): Amounts | undefined => {
    const found = usage.find(({ unit }) => unit === wanted);
    if (found === undefined) return undefined;
    const { total = 0, used = 0, available = 0 } = found;
    return { total: Number(total), used: Number(used), available: Number(available) };
  };
  return { bytes: of(USAGE_UNIT.BYTES), inodes: of(USAGE_UNIT.INODES) };
}
