/** On how many nodes each image is. */
export interface ImageCounts {
  nodesWith(image: string): number;
  /** Rises when the count of one of these images changes, and perhaps at other times. */
  stampOf(images: readonly string[]): number;
}

/** Counts images over all nodes. */
export class ImageIndex implements ImageCounts {
  readonly #counts = new Map<string, { nodes: number; stamp: number }>();
  #stamp = 0;
  #forgotten = 0;

  nodesWith(image: string): number {
    return this.#counts.get(image)?.nodes ?? 0;
  }

  stampOf(images: readonly string[]): number {
    let stamp = this.#forgotten;
    for (const image of images) stamp = Math.max(stamp, this.#counts.get(image)?.stamp ?? 0);
    return stamp;
  }

  add(image: string): void {
    const entry = this.#counts.get(image);
    const stamp = ++this.#stamp;
    this.#counts.set(image, { nodes: (entry?.nodes ?? 0) + 1, stamp });
  }

  remove(image: string): void {
    const entry = this.#counts.get(image);
    if (entry === undefined) return;
    const stamp = ++this.#stamp;
    if (entry.nodes > 1) {
      this.#counts.set(image, { nodes: entry.nodes - 1, stamp });
      return;
    }
    this.#counts.delete(image);
    this.#forgotten = stamp;
  }
}
