import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

const MIB = 1 << 20;
/** Less than this in all does not count; more than the maximum per container counts as the maximum. */
const MIN_BYTES = 23 * MIB;
const MAX_BYTES = 1000 * MIB;

/** Prefers nodes that have large images of the pod already. An image that many nodes have counts more, so that pods do not pile up. */
export const imageLocality: SchedulerPlugin = {
  name: "ImageLocality",
  judges: ["score"],
  wakes: [],
  sign: (pod) => imagesOf(pod),
  prepare(pod, snapshot) {
    const images = imagesOf(pod);
    const maxBytes = MAX_BYTES * images.length;
    return {
      stamp: () => snapshot.images.stampOf(images) + snapshot.nodeCountStamp,
      score: (node) => {
        if (node.images.size === 0) return 0;
        let sum = 0;
        for (const image of images) {
          const bytes = node.images.get(image);
          if (bytes !== undefined) sum += Math.trunc((bytes * snapshot.images.nodesWith(image)) / snapshot.nodeCount);
        }
        const clamped = Math.min(Math.max(sum, MIN_BYTES), maxBytes);
        return Math.trunc((100 * (clamped - MIN_BYTES)) / (maxBytes - MIN_BYTES));
      },
    };
  },
};

function imagesOf({ pod }: PodInfo): readonly string[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ image }) => withTag(image ?? ""));
}

/** Nodes list their images with a tag. */
function withTag(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;
}
