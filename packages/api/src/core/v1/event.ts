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

export const Event = struct(
  "core/v1.Event",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    involvedObject: req(
      2,
      ref<ObjectReference>(() => ObjectReference),
      "What it happened to.",
    ),
    reason: opt(3, string, "One word in CamelCase on what happened and why."),
    message: opt(4, string, "A sentence on what happened, for people."),
    source: opt(
      5,
      ref<EventSource>(() => EventSource),
      "Component that reported it.",
      { emitEmpty: true },
    ),
    firstTimestamp: opt(6, time, "When it happened first.", { emitEmpty: true }),
    lastTimestamp: opt(7, time, "When it happened last.", { emitEmpty: true }),
    count: opt(8, int32, "How often it has happened."),
    type: opt(9, string, "Normal or Warning."),
    eventTime: opt(10, microTime, "When it was first seen, to the microsecond.", { emitEmpty: true }),
    series: opt(
      11,
      ref<EventSeries>(() => EventSeries),
      "How it goes on, if it does.",
    ),
    action: opt(12, string, "What was done or failed."),
    related: opt(
      13,
      ref<ObjectReference>(() => ObjectReference),
      "A second object that has to do with it.",
    ),
    reportingComponent: opt(14, string, "Controller that reported it, such as kubernetes.io/kubelet.", {
      emitEmpty: true,
    }),
    reportingInstance: opt(15, string, "Which instance of the controller.", { emitEmpty: true }),
  },
  { doc: "A report on something that happened to an object; kept for a limited time." },
);
export interface Event extends Infer<typeof Event> {}

export const EventSeries = struct(
  "core/v1.EventSeries",
  {
    count: opt(1, int32, "How often it has happened so far."),
    lastObservedTime: opt(2, microTime, "When it happened last.", { emitEmpty: true }),
  },
  { doc: "A run of events of one kind." },
);
export interface EventSeries extends Infer<typeof EventSeries> {}

export const EventSource = struct(
  "core/v1.EventSource",
  {
    component: opt(1, string, "Name of the component."),
    host: opt(2, string, "Node it runs on."),
  },
  { doc: "Who reported an event." },
);
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
