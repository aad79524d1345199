import type { Column } from "@skates/apimachinery";
import { column, since } from "../../table.ts";
import type { Event } from "./event.ts";

/** The table of `kubectl get events`: when, what, about whom. */
export const eventColumns: readonly Column<Event>[] = [
  column("Last Seen", "Time since it happened last.", lastSeen),
  column("Type", "Normal or Warning.", (event) => event.type ?? ""),
  column("Reason", "Why, in one word.", (event) => event.reason ?? ""),
  column("Object", "Kind and name of the object it is about.", (event) => {
    const { kind = "", name = "" } = event.involvedObject;
    return name === "" ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
  }),
  column("Subobject", "Part of the object it is about.", (event) => event.involvedObject.fieldPath ?? "", {
    wide: true,
  }),
  column("Source", "Component that reported it.", formatSource, { wide: true }),
  column("Message", "What happened.", (event) => (event.message ?? "").trim()),
  column("First Seen", "Time since it happened first.", firstSeen, { wide: true }),
  column("Count", "How often it happened.", (event) => event.series?.count ?? (event.count || 1), { wide: true }),
  column("Name", "Name of the event.", (event) => event.metadata.name, { format: "name", wide: true }),
];

function firstSeen(event: Event, nowMs: number): string {
  return since(event.firstTimestamp ?? event.eventTime, nowMs);
}

function lastSeen(event: Event, nowMs: number): string {
  if (event.series !== undefined) return since(event.series.lastObservedTime, nowMs);
  return event.lastTimestamp === undefined ? firstSeen(event, nowMs) : since(event.lastTimestamp, nowMs);
}

function formatSource(event: Event): string {
  const component = event.source?.component || event.reportingComponent || "";
  const instance = event.source?.host || event.reportingInstance || "";
  return instance === "" ? component : `${component}, ${instance}`;
}
