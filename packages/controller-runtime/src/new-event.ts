import { type ApiObject, formatTime } from "@skates/apimachinery";
import type { Event, ObjectReference } from "@skates/api/core/v1";
import type { Announcement } from "./controller.ts";

export interface EventOrigin {
  readonly nowMs: number;
  readonly component: string;
  readonly host: string | undefined;
  /** Keeps the names of events of one millisecond apart. */
  readonly order: number;
}

/** The Event for an announcement. Events about cluster-scoped objects stand in `default`. */
export function newEvent(announcement: Announcement, origin: EventOrigin): Event {
  const { about, type, reason, message, fieldPath } = announcement;
  const { nowMs, component, host, order } = origin;
  const nanos = BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(order % 1_000_000);
  const now = formatTime(nowMs);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${about.metadata.name}.${nanos.toString(16)}`,
      namespace: about.metadata.namespace ?? "default",
    },
    involvedObject: { ...referenceTo(about), ...(fieldPath === undefined ? {} : { fieldPath }) },
    reason,
    message,
    source: host === undefined ? { component } : { component, host },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type,
    reportingComponent: component,
    ...(host === undefined ? {} : { reportingInstance: host }),
  };
}

/** A reference to an object as it is now. */
function referenceTo(object: ApiObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const { apiVersion, kind } = object;
  return { kind, namespace, name, uid, apiVersion, resourceVersion };
}
