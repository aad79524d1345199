import type { Clock, Logger } from "@skates/component-base";
import { keepLooking } from "../keep-looking.ts";
import type { Image, Runtime } from "../runtime.ts";

export interface ImageCollectorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** How full the disk of the images is, in percent. */
  diskPercent(signal: AbortSignal): Promise<number>;
  /** Names and ids of images that containers use. */
  used(): ReadonlySet<string>;
  /** Collecting begins above this; default 85. */
  readonly highPercent?: number | undefined;
  /** And ends at this; default 80. */
  readonly lowPercent?: number | undefined;
}

const LOOK_MS = 300_000;
/** An image that has only just come may be about to be used. */
const AGE_MS_MIN = 120_000;

/** Removes images that nobody uses while the disk is too full, those first that were not used for longest. */
export class ImageCollector {
  readonly #options: ImageCollectorOptions;
  /** By image id: when it was first seen, and when it was last in use. */
  readonly #seen = new Map<string, { readonly firstMs: number; readonly usedMs: number }>();
  constructor(options: ImageCollectorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const failure = "images could not be collected";
    await keepLooking({ clock, log, everyMs: LOOK_MS, failure, look: (s) => this.collect(s) }, signal);
  }

  /** Looks once; with `all` nothing is kept for how much room there is. Gives the ids of the images that were removed. */
  async collect(signal: AbortSignal, which: "needed" | "all" = "needed"): Promise<readonly string[]> {
    const { runtime, clock, log, diskPercent, highPercent = 85, lowPercent = 80 } = this.#options;
    const images = await runtime.images(signal);
    const nowMs = clock.nowMs();
    this.#look(images, nowMs);
    if (which === "needed" && (await diskPercent(signal)) < highPercent) return [];
    const removed: string[] = [];
    for (const image of this.#candidates(images, nowMs)) {
      await runtime.removeImage(image.id, signal);
      this.#seen.delete(image.id);
      removed.push(image.id);
      log.info("an image that nobody uses was removed", { image: image.tags[0] ?? image.id });
      if (which === "needed" && (await diskPercent(signal)) <= lowPercent) break;
    }
    return removed;
  }

  #look(images: readonly Image[], nowMs: number): void {
    const used = this.#options.used();
    for (const id of this.#seen.keys()) if (!images.some((i) => i.id === id)) this.#seen.delete(id);
    for (const image of images) {
      const known = this.#seen.get(image.id) ?? { firstMs: nowMs, usedMs: 0 };
      const inUse = [image.id, ...image.tags, ...image.digests].some((name) => used.has(name));
      this.#seen.set(image.id, inUse ? { ...known, usedMs: nowMs } : known);
    }
  }

  #candidates(images: readonly Image[], nowMs: number): readonly Image[] {
    const of = (image: Image) => this.#seen.get(image.id) ?? { firstMs: nowMs, usedMs: nowMs };
    return images
      .filter((i) => !i.pinned && of(i).usedMs < nowMs && nowMs - of(i).firstMs >= AGE_MS_MIN)
      .toSorted((a, b) => of(a).usedMs - of(b).usedMs || of(a).firstMs - of(b).firstMs);
  }
}
