import type { PodInfo } from "./pod-info.ts";
import type { WeightedTerm } from "./pod-terms.ts";
import { DomainTable } from "./domain-table.ts";
import type { NodeInfo } from "./node-info.ts";
import type { Slots } from "./slot-counts.ts";
import { TermIndex } from "./term-index.ts";
import { Topology } from "./topology.ts";

/** Tables of one kind that are kept at once; those used longest ago are made anew when they are needed again. */
const TOPOLOGIES_MAX = 64;
const DOMAINS_MAX = 512;

/** What plugins ask about the pods of the cluster as a whole, kept up to date node by node. */
export class PodTables {
  readonly #slots: Slots;
  readonly #topologies = new Map<string, Topology>();
  readonly #domains = new Map<string, DomainTable>();
  readonly #repelling = new TermIndex((pod) => withWeight(pod.terms?.requiredAnti ?? [], 1));
  /** By how much a required affinity counts in scores. */
  readonly #attracting = new Map<number, TermIndex>();

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Parts of the cluster by the values of a label. */
  topology(key: string): Topology {
    return kept(this.#topologies, { id: key, max: TOPOLOGIES_MAX, make: () => new Topology(key) }).refresh(this.#slots);
  }

  /**
   * Sums over the parts by a label of what nodes contribute, NaN for those that do not count. `id` stands for the contribution: the same
   * id must mean the same.
   */
  domains(key: string, id: string, contribution: (node: NodeInfo) => number): DomainTable {
    const topology = this.topology(key);
    const make = (): DomainTable => new DomainTable({ topology, slots: this.#slots, contribution });
    return kept(this.#domains, { id: `${key}/${id}`, max: DOMAINS_MAX, make }).refresh();
  }

  /** Terms of required anti-affinity that pods on nodes hold. */
  repelling(): TermIndex {
    return this.#repelling.refresh(this.#slots);
  }

  /** Terms that count in scores, below zero for those of anti-affinity; required affinity counts `hardWeight`. */
  attracting(hardWeight: number): TermIndex {
    let index = this.#attracting.get(hardWeight);
    if (index === undefined) {
      index = new TermIndex((pod) => attractions(pod, hardWeight));
      this.#attracting.set(hardWeight, index);
    }
    return index.refresh(this.#slots);
  }
}

function attractions({ terms }: PodInfo, hardWeight: number): Iterable<WeightedTerm> {
  if (terms === undefined) return [];
  return [
    ...(hardWeight > 0 ? withWeight(terms.requiredAffinity, hardWeight) : []),
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
