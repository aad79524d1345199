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

export const Event = struct(
  "events.k8s.io/v1.Event",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    eventTime: opt(2, microTime, "When it was first seen, to the microsecond.", { emitEmpty: true }),
    series: opt(
      3,
      ref<EventSeries>(() => EventSeries),
      "How it goes on, if it does.",
    ),
    reportingController: opt(4, string, "Controller that reported it, such as kubernetes.io/kubelet."),
    reportingInstance: opt(5, string, "Which instance of the controller."),
    action: opt(6, string, "What was done or failed."),
    reason: opt(7, string, "One word in CamelCase on what happened and why."),
    regarding: opt(
      8,
      ref<ObjectReference>(() => ObjectReference),
      "What it happened to.",
      { emitEmpty: true },
    ),
    related: opt(
      9,
      ref<ObjectReference>(() => ObjectReference),
      "A second object that has to do with it.",
    ),
    note: opt(10, string, "A sentence on what happened, for people."),
    type: opt(11, string, "Normal or Warning."),
    deprecatedSource: opt(
      12,
      ref<EventSource>(() => EventSource),
      "Source in the older form.",
      { emitEmpty: true },
    ),
    deprecatedFirstTimestamp: opt(13, time, "When it happened first, in the older form.", { emitEmpty: true }),
    deprecatedLastTimestamp: opt(14, time, "When it happened last, in the older form.", { emitEmpty: true }),
    deprecatedCount: opt(15, int32, "How often it has happened, in the older form."),
  },
  { doc: "A report on something that happened to an object; kept for a limited time." },
);
export interface Event extends Infer<typeof Event> {}

export const EventSeries = struct(
  "events.k8s.io/v1.EventSeries",
  {
    count: req(1, int32, "How often it has happened so far."),
    lastObservedTime: req(2, microTime, "When it happened last."),
  },
  { doc: "A run of events of one kind." },
);
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
