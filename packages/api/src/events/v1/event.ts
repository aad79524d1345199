import {
  type Infer,
  int32,
  microTime,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { EventSource } from "../../core/v1/event.ts";
import { ObjectReference } from "../../core/v1/object-reference.ts";
import { eventConversion, eventColumns, eventFields } from "./event-conversion.ts";
import { eventGroupStrategy } from "../../core/v1/event-strategy.ts";

export const Event = struct("events.k8s.io/v1.Event", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  eventTime: opt(2, microTime, "", { emitEmpty: true }),
  series: opt(
    3,
    ref<EventSeries>(() => EventSeries),
    "",
  ),
  reportingController: opt(4, string, ""),
  reportingInstance: opt(5, string, ""),
  action: opt(6, string, ""),
  reason: opt(7, string, ""),
  regarding: opt(
    8,
    ref<ObjectReference>(() => ObjectReference),
    "",
    { emitEmpty: true },
  ),
  related: opt(
    9,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
  note: opt(10, string, ""),
  type: opt(11, string, ""),
  deprecatedSource: opt(
    12,
    ref<EventSource>(() => EventSource),
    "",
    { emitEmpty: true },
  ),
  deprecatedFirstTimestamp: opt(13, time, "", { emitEmpty: true }),
  deprecatedLastTimestamp: opt(14, time, "", { emitEmpty: true }),
  deprecatedCount: opt(15, int32, ""),
});
export interface Event extends Infer<typeof Event> {}

export const EventSeries = struct("events.k8s.io/v1.EventSeries", {
  count: req(1, int32, ""),
  lastObservedTime: req(2, microTime, ""),
});
export interface EventSeries extends Infer<typeof EventSeries> {}

export const events = resource<Event>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  schema: Event,
  storage: "events",
  storageVersion: "v1",
  storageVersionHash: "r2yiGXH7wu8=",
  createOnUpdate: true,
  columns: eventColumns,
  strategy: eventGroupStrategy,
  selectableFields: eventFields,
  conversion: eventConversion,
});
