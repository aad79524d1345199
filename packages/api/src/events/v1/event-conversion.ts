import type { Column, Conversion, FieldText } from "@skates/apimachinery";
import { type Event as CoreEvent, events } from "../../core/v1/event.ts";
import { eventFields as coreFields } from "../../core/v1/event-strategy.ts";
import { eventColumns as coreColumns } from "../../core/v1/event-table.ts";
import type { Event } from "./event.ts";

/** Events of both groups are the same objects; core v1 is the form that is stored. */
export const eventConversion: Conversion<Event> = {
  hub: () => events,
  toHub: eventToCore,
  fromHub: (hub) => eventFromCore(hub as CoreEvent),
};

/** The same table as that of core v1. */
export const eventColumns: readonly Column<Event>[] = coreColumns.map((column) => ({
  ...column,
  cell: (event, nowMs) => column.cell(eventToCore(event), nowMs),
}));

/** Field selectors, by this version's names. */
export const eventFields: Readonly<Record<string, FieldText<Event>>> = Object.fromEntries(
  Object.entries(coreFields).flatMap(([path, read]): [string, FieldText<Event>][] => {
    const name = path === "reportingComponent" ? "reportingController" : path.replace("involvedObject.", "regarding.");
    return name === "source" ? [] : [[name, (event) => read(eventToCore(event))]];
  }),
);

/** The form in which events of both groups are stored. */
export function eventToCore(event: Event): CoreEvent {
  const { regarding = {}, note, reportingController, deprecatedSource, ...rest } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...kept } = rest;
  return {
    ...kept,
    apiVersion: "v1",
    kind: "Event",
    involvedObject: regarding,
    message: note,
    reportingComponent: reportingController,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  };
}

/** The same event as `events.k8s.io/v1` shows it. */
export function eventFromCore(event: CoreEvent): Event {
  const { involvedObject, message, reportingComponent, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
  const { series, ...kept } = rest;
  return {
    ...kept,
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
    ...(series === undefined
      ? {}
      : { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime ?? "" } }),
  };
}
