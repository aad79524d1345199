import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { PodDisruptionBudget } from "./pod-disruption-budget.ts";

/** The table of `kubectl get poddisruptionbudgets`. */
export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  column("Min Available", "Pods that must stay.", (b) => String(b.spec.minAvailable ?? "N/A")),
  column("Max Unavailable", "Pods that may be away.", (b) => String(b.spec.maxUnavailable ?? "N/A")),
  column("Allowed Disruptions", "Pods that may be evicted now.", (b) => b.status?.disruptionsAllowed ?? 0, {
    type: "integer",
  }),
  ageColumn,
];
