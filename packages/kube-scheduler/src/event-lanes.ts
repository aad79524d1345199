import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createEventRecorder, type EventRecorder } from "@skates/controller-runtime";

/** Events on their way at once. */
const LANES = 8;

/**
 * For each reporting component a recorder that sends several events at once, those about one object still one after another: pods are
 * bound in bursts.
 */
export function createEventLanes({
  client,
  env,
  names,
}: {
  readonly client: Client;
  readonly env: Env;
  readonly names: readonly string[];
}): ReadonlyMap<string, EventRecorder & Component> {
  return new Map(names.map((component) => [component, lanesOf({ client, env, component })]));
}

/** The recorder of a scheduler name; unknown ones report as the first. */
export function recordersFor(lanes: ReadonlyMap<string, EventRecorder>): (schedulerName: string) => EventRecorder {
  const [first] = lanes.values();
  return (name) => {
    const recorder = lanes.get(name) ?? first;
    if (recorder === undefined) throw new RangeError("there is no profile to report events");
    return recorder;
  };
}

function lanesOf(options: {
  readonly client: Client;
  readonly env: Env;
  readonly component: string;
}): EventRecorder & Component {
  const lanes = Array.from({ length: LANES }, () => createEventRecorder(options));
  return {
    name: `${options.component}-events`,
    ready: () => lanes.every((lane) => lane.ready()),
    event: (announcement) => lanes[laneOf(announcement.about.metadata.uid ?? "")]?.event(announcement),
    async run(signal) {
      const group = new TaskGroup(signal);
      for (const lane of lanes) group.spawn((inner) => lane.run(inner));
      await group.join();
    },
  };
}

function laneOf(uid: string): number {
  let sum = 0;
  for (let i = 0; i < uid.length; i++) sum += uid.charCodeAt(i);
  return sum % LANES;
}
