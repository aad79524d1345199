import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { FlowSchema } from "./flow-schema.ts";
import type { PriorityLevelConfiguration } from "./priority-level-configuration.ts";

const NONE = "<none>";

/** The table of `kubectl get flowschemas`. */
export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  column("PriorityLevel", "Level that requests are served at.", (f) => f.spec.priorityLevelConfiguration.name),
  column("MatchingPrecedence", "The lowest that matches decides.", (f) => f.spec.matchingPrecedence ?? 1000),
  column("DistinguisherMethod", "What makes a flow of its own.", (f) => f.spec.distinguisherMethod?.type ?? NONE),
  ageColumn,
  column(
    "MissingPL",
    "Whether the level does not exist.",
    (f) => f.status?.conditions?.find((condition) => condition.type === "Dangling")?.status ?? "?",
  ),
];

type Limited = NonNullable<PriorityLevelConfiguration["spec"]["limited"]>;

function queuing(level: PriorityLevelConfiguration): NonNullable<Limited["limitResponse"]>["queuing"] {
  return level.spec.limited?.limitResponse?.queuing;
}

/** The table of `kubectl get prioritylevelconfigurations`. */
export const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  column("Type", "Limited or exempt.", (p) => p.spec.type),
  column("NominalConcurrencyShares", "Its share of the server.", (p) => {
    const { limited, exempt } = p.spec;
    return limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares ?? NONE;
  }),
  column("Queues", "Number of queues.", (p) => queuing(p)?.queues ?? NONE),
  column("HandSize", "Queues a flow can land in.", (p) => queuing(p)?.handSize ?? NONE),
  column("QueueLengthLimit", "Requests a queue holds.", (p) => queuing(p)?.queueLengthLimit ?? NONE),
  ageColumn,
];
