/** Nodes that are alike in all that is not theirs alone, sorted by the score that is. */
export class NodeGroup {
  readonly id: string;
  readonly keys: readonly number[];
  /** The scores that there are, the highest last. */
  readonly scores: number[] = [];
  readonly #slots = new Map<number, number[]>();
  #size = 0;

  constructor(id: string, keys: readonly number[]) {
    this.id = id;
    this.keys = keys;
  }

  get size(): number {
    return this.#size;
  }

  /** The highest score; the group must not be empty. */
  get best(): number {
    return this.scores[this.scores.length - 1] ?? Number.NEGATIVE_INFINITY;
  }

  /** Slots with this score. */
  at(score: number): readonly number[] {
    return this.#slots.get(score) ?? [];
  }

  /** Returns where the slot now stands among those of its score. */
  add(slot: number, score: number): number {
    this.#size++;
    const slots = this.#slots.get(score);
    if (slots !== undefined) return slots.push(slot) - 1;
    this.#slots.set(score, [slot]);
    this.scores.splice(this.#rank(score), 0, score);
    return 0;
  }

  /** Takes out the slot at this place. Returns the slot that has taken its place, or -1. */
  remove(score: number, place: number): number {
    const slots = this.#slots.get(score) ?? [];
    const last = slots.pop() ?? -1;
    this.#size--;
    if (slots.length === 0) {
      this.#slots.delete(score);
      this.scores.splice(this.#rank(score), 1);
    }
    if (place >= slots.length) return -1;
    slots[place] = last;
    return last;
  }

  /** Where the score stands or would stand. */
  #rank(score: number): number {
    let low = 0;
    let high = this.scores.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.scores[middle] ?? 0) < score) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** All groups, and in which each slot is. */
export class NodeGroups {
  readonly #groups = new Map<string, NodeGroup>();
  #groupOf: (NodeGroup | undefined)[] = [];
  #places = new Int32Array(64);
  #scores = new Float64Array(64);

  all(): Iterable<NodeGroup> {
    return this.#groups.values();
  }

  of(slot: number): NodeGroup | undefined {
    return this.#groupOf[slot];
  }

  /** The slot's own score; meaningless if it is in no group. */
  scoreOf(slot: number): number {
    return this.#scores[slot] ?? 0;
  }

  add(slot: number, { keys, score }: { readonly keys: readonly number[]; readonly score: number }): void {
    if (slot >= this.#places.length) this.#grow(slot + 1);
    const id = keys.length === 0 ? "" : keys.join();
    let group = this.#groups.get(id);
    if (group === undefined) this.#groups.set(id, (group = new NodeGroup(id, keys)));
    this.#places[slot] = group.add(slot, score);
    this.#scores[slot] = score;
    this.#groupOf[slot] = group;
  }

  remove(slot: number): void {
    const group = this.#groupOf[slot];
    if (group === undefined) return;
    const place = this.#places[slot] ?? 0;
    const moved = group.remove(this.scoreOf(slot), place);
    if (moved >= 0) this.#places[moved] = place;
    this.#groupOf[slot] = undefined;
    if (group.size === 0) this.#groups.delete(group.id);
  }

  #grow(size: number): void {
    const length = Math.max(size, this.#places.length * 2);
    const places = new Int32Array(length);
    places.set(this.#places);
    this.#places = places;
    const scores = new Float64Array(length);
    scores.set(this.#scores);
    this.#scores = scores;
  }
}
