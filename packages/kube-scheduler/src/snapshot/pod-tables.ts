import type { PodInfo } from "./pod-info.ts";
import type { WeightedTerm } from "./pod-terms.ts";
import { SlotCounts, type Slots } from "./slot-counts.ts";
import { TermIndex } from "./term-index.ts";
import { Topology } from "./topology.ts";

/** Tables of one kind that are kept at once; those used longest ago are made anew when they are needed again. */
const TOPOLOGIES_MAX = 64;
const COUNTS_MAX = 256;
/** How much a required affinity of a pod counts, in scores, for those that it asks to be near. */
const HARD_AFFINITY_WEIGHT = 1;

/** What plugins ask about the pods of the cluster as a whole, kept up to date node by node. */
export class PodTables {
  readonly #slots: Slots;
  readonly #topologies = new Map<string, Topology>();
  readonly #counts = new Map<string, SlotCounts>();
  readonly #repelling = new TermIndex((pod) => withWeight(pod.terms?.requiredAnti ?? [], 1));
  readonly #attracting = new TermIndex(attractions);

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Parts of the cluster by the values of a label. */
  topology(key: string): Topology {
    return kept(this.#topologies, { id: key, max: TOPOLOGIES_MAX, make: () => new Topology(key) }).refresh(this.#slots);
  }

  /** How many pods of each node meet a condition. `id` stands for the condition: the same id must mean the same. */
  count(id: string, meets: (pod: PodInfo) => boolean): SlotCounts {
    const make = (): SlotCounts =>
      new SlotCounts(({ pods }) => {
        let count = 0;
        for (const pod of pods.values()) if (meets(pod)) count++;
        return count;
      });
    return kept(this.#counts, { id, max: COUNTS_MAX, make }).refresh(this.#slots);
  }

  /** Terms of required anti-affinity that pods on nodes hold. */
  repelling(): TermIndex {
    return this.#repelling.refresh(this.#slots);
  }

  /** Terms that count in scores, below zero for those of anti-affinity. */
  attracting(): TermIndex {
    return this.#attracting.refresh(this.#slots);
  }
}

function attractions({ terms }: PodInfo): Iterable<WeightedTerm> {
  if (terms === undefined) return [];
  return [
    ...withWeight(terms.requiredAffinity, HARD_AFFINITY_WEIGHT),
    ...terms.preferredAffinity,
    ...terms.preferredAnti.map(({ term, weight }) => ({ term, weight: -weight })),
  ];
}

function withWeight(terms: readonly WeightedTerm["term"][], weight: number): readonly WeightedTerm[] {
  return terms.map((term) => ({ term, weight }));
}

/** The table with this id, moved to where it is forgotten last. */
function kept<T>(
  tables: Map<string, T>,
  { id, max, make }: { readonly id: string; readonly max: number; readonly make: () => T },
): T {
  const table = tables.get(id) ?? make();
  tables.delete(id);
  tables.set(id, table);
  const [oldest] = tables.keys();
  if (tables.size > max && oldest !== undefined) tables.delete(oldest);
  return table;
}
