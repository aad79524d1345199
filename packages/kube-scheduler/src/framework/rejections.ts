import type { NodeInfo } from "../snapshot/node-info.ts";
import type { Rejection } from "./verdict.ts";

/** Which nodes were rejected, and why. What is said of single nodes holds until the cluster changes; how many they are, for good. */
export interface Rejections {
  /** How many nodes. */
  readonly size: number;
  /** Rejections with how many nodes have them. Equal ones may come more than once. */
  readonly counts: readonly (readonly [Rejection, number])[];
  get(node: NodeInfo): Rejection | undefined;
  entries(): Iterable<readonly [NodeInfo, Rejection]>;
}

/** Those of a list by node. */
export function rejectionsBy(byNode: ReadonlyMap<NodeInfo, Rejection>): Rejections {
  const counts = new Map<Rejection, number>();
  for (const rejection of byNode.values()) counts.set(rejection, (counts.get(rejection) ?? 0) + 1);
  return { size: byNode.size, counts: [...counts], get: (node) => byNode.get(node), entries: () => byNode };
}

export const NO_REJECTIONS = rejectionsBy(new Map());

/** Something that equal rejections are counted under. */
export interface Counted<T> {
  readonly of: T;
  readonly id: string;
  count: number;
}

/** Counts what is equal, as it comes and goes. */
export class Tally<T extends { readonly rejection: Rejection }> {
  readonly #kinds = new Map<string, Counted<T>>();

  all(): Iterable<Counted<T>> {
    return this.#kinds.values();
  }

  /** Counts one more. `who`: whose rejection it is. What is returned is to be given to `remove`. */
  add(of: T, who: string): Counted<T> {
    const id = `${who}/${of.rejection.resolvable}/${of.rejection.reasons.join("/")}`;
    let kind = this.#kinds.get(id);
    if (kind === undefined) this.#kinds.set(id, (kind = { of, id, count: 0 }));
    kind.count++;
    return kind;
  }

  remove(kind: Counted<T>): void {
    if (--kind.count === 0) this.#kinds.delete(kind.id);
  }
}
