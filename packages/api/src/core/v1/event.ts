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
import { ObjectReference } from "./object-reference.ts";
import { eventColumns } from "./event-table.ts";
import { eventFields, eventStrategy } from "./event-strategy.ts";

export const Event = struct("core/v1.Event", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  involvedObject: req(
    2,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
  reason: opt(3, string, ""),
  message: opt(4, string, ""),
  source: opt(
    5,
    ref<EventSource>(() => EventSource),
    "",
    { emitEmpty: true },
  ),
  firstTimestamp: opt(6, time, "", { emitEmpty: true }),
  lastTimestamp: opt(7, time, "", { emitEmpty: true }),
  count: opt(8, int32, ""),
  type: opt(9, string, ""),
  eventTime: opt(10, microTime, "", { emitEmpty: true }),
  series: opt(
    11,
    ref<EventSeries>(() => EventSeries),
    "",
  ),
  action: opt(12, string, ""),
  related: opt(
    13,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
  reportingComponent: opt(14, string, "", { emitEmpty: true }),
  reportingInstance: opt(15, string, "", { emitEmpty: true }),
});
export interface Event extends Infer<typeof Event> {}

export const EventSeries = struct("core/v1.EventSeries", {
  count: opt(1, int32, ""),
  lastObservedTime: opt(2, microTime, "", { emitEmpty: true }),
});
export interface EventSeries extends Infer<typeof EventSeries> {}

export const EventSource = struct("core/v1.EventSource", {
  component: opt(1, string, ""),
  host: opt(2, string, ""),
});
export interface EventSource extends Infer<typeof EventSource> {}

export const events = resource<Event>({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  schema: Event,
  storageVersionHash: "r2yiGXH7wu8=",
  createOnUpdate: true,
  columns: eventColumns,
  strategy: eventStrategy,
  selectableFields: eventFields,
});
