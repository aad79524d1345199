import { labelSelector, type Selector } from "@skates/apimachinery";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** How many more pods may be disturbed, by budget. */
export class DisruptionBudgets {
  readonly #budgets: { readonly budget: PodDisruptionBudget; readonly selector: Selector; left: number }[];

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets.map((budget) => ({
      budget,
      selector: labelSelector(budget.spec?.selector),
      left: budget.status?.disruptionsAllowed ?? 0,
    }));
  }

  /** Counts pods one after another as disturbed: those for which some budget has nothing left. */
  violating(pods: readonly PodInfo[]): ReadonlySet<PodInfo> {
    const left = new Map(this.#budgets.map((entry) => [entry, entry.left]));
    const out = new Set<PodInfo>();
    for (const info of pods) {
      const { labels, name } = info.pod.metadata;
      if (labels === undefined) continue;
      for (const entry of this.#budgets) {
        const { budget, selector } = entry;
        if (budget.metadata.namespace !== info.namespace || selector.empty || !selector.matches(labels)) continue;
        if (budget.status?.disruptedPods?.[name] !== undefined) continue; // it is counted already
        const now = (left.get(entry) ?? 0) - 1;
        left.set(entry, now);
        if (now < 0) out.add(info);
      }
    }
    return out;
  }
}
