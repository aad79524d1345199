import type { FieldText, Strategy } from "@skates/apimachinery";
import type { Event } from "./event.ts";
import { eventErrors } from "./event-rules.ts";

/** How long events are kept. */
const EVENT_TTL_SECONDS = 3600;

/** Where events depart from the conventions: they vanish by themselves and own nothing. */
export const eventStrategy: Strategy<Event> = {
  validate: eventErrors,
  dependents: "None",
  ttlSeconds: EVENT_TTL_SECONDS,
};

/** Field selectors of events. */
export const eventFields: Readonly<Record<string, FieldText<Event>>> = {
  "involvedObject.kind": (event) => event.involvedObject.kind ?? "",
  "involvedObject.namespace": (event) => event.involvedObject.namespace ?? "",
  "involvedObject.name": (event) => event.involvedObject.name ?? "",
  "involvedObject.uid": (event) => event.involvedObject.uid ?? "",
  "involvedObject.apiVersion": (event) => event.involvedObject.apiVersion ?? "",
  "involvedObject.resourceVersion": (event) => event.involvedObject.resourceVersion ?? "",
  "involvedObject.fieldPath": (event) => event.involvedObject.fieldPath ?? "",
  reason: (event) => event.reason ?? "",
  reportingComponent: (event) => event.reportingComponent ?? "",
  source: (event) => event.source?.component || event.reportingComponent || "",
  type: (event) => event.type ?? "",
};

/** The same for events of `events.k8s.io`, which are checked in their stored form. */
export const eventGroupStrategy = { dependents: "None", ttlSeconds: EVENT_TTL_SECONDS } as const;
