import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createEventRecorder, type EventRecorder } from "@skates/controller-runtime";

/** Events on their way at once. */
const LANES = 8;

/** A recorder that sends several events at once, those about one object still one after another: pods are bound in bursts. */
export function createEventLanes(options: {
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
