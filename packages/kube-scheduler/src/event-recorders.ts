import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { createEventRecorder, type EventRecorder } from "@skates/controller-runtime";

/** Pods are bound in bursts and faster than their events are written: events then come later, and only a burst beyond this loses some. */
const EVENTS_MAX = 50_000;
/** Far fewer than bindings, which go first. */
const EVENTS_AT_ONCE = 8;

/** A recorder for each scheduler name, under which it reports. */
export function createEventRecorders({
  client,
  env,
  names,
}: {
  readonly client: Client;
  readonly env: Env;
  readonly names: readonly string[];
}): ReadonlyMap<string, EventRecorder & Component> {
  const options = { client, env, limit: EVENTS_MAX, parallel: EVENTS_AT_ONCE };
  return new Map(names.map((component) => [component, createEventRecorder({ ...options, component })]));
}

/** The recorder of a scheduler name; unknown ones report as the first. */
export function recordersFor(recorders: ReadonlyMap<string, EventRecorder>): (schedulerName: string) => EventRecorder {
  const [first] = recorders.values();
  return (name) => {
    const recorder = recorders.get(name) ?? first;
    if (recorder === undefined) throw new RangeError("there is no profile to report events");
    return recorder;
  };
}
