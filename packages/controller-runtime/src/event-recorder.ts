import { formatTime, isStatus } from "@skates/apimachinery";
import { type Event, events } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, hasCode, isAbort, messageOf } from "@skates/component-base";
import type { Announcement } from "./controller.ts";
import { createEventCorrelator, type Correlated } from "./event-correlator.ts";
import { newEvent } from "./new-event.ts";

/** Tells people what happened. Best effort: never waits, never fails; repeated events are counted, floods are cut. */
export interface EventRecorder {
  event(announcement: Announcement): void;
}

export interface EventRecorderOptions {
  readonly client: Client;
  readonly env: Env;
  /** Who tells: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** The node, for components that belong to one. */
  readonly host?: string | undefined;
  /** Events that wait to be sent, some 1.5 kB each; what comes on top is dropped and counted. Default 1000. */
  readonly limit?: number | undefined;
  /** Events on their way at once; those about one object go one after another all the same. Default 1. */
  readonly parallel?: number | undefined;
}

/** As upstream: a server that cannot be reached is asked again so often, so far apart. */
const ATTEMPTS = 12;
const RETRY_MS = 10_000;

/** Events about some of the objects, sent one after another. */
interface Lane {
  readonly waiting: Correlated[];
  wake: (() => void) | undefined;
}

/** A recorder; events are sent while it runs. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder & Component {
  const { client, env, component, host, limit = 1000, parallel = 1 } = options;
  const correlator = createEventCorrelator();
  const lanes = Array.from({ length: parallel }, (): Lane => ({ waiting: [], wake: undefined }));
  let waiting = 0;
  let running = false;
  let order = 0;
  const dropped = env.metrics.counter({
    name: "skates_events_dropped_total",
    help: "Events that were given up, by cause: spam (too many about one object), full (too many waited), refused, unanswered.",
    labels: ["component", "cause"],
  });

  return {
    name: `${component}-events`,
    ready: () => running,
    event(announcement) {
      const event = newEvent(announcement, { nowMs: env.clock.nowMs(), component, host, order: order++ });
      const correlated = correlator.correlate(event, env.clock.monotonicMs());
      if (correlated === undefined) return dropped.inc([component, "spam"]);
      const lane = lanes[laneOf(announcement.about.metadata.uid ?? "", parallel)];
      if (waiting >= limit || lane === undefined) return dropped.inc([component, "full"]);
      waiting++;
      lane.waiting.push(correlated);
      lane.wake?.();
    },
    async run(signal) {
      running = true;
      await Promise.all(lanes.map((lane) => sendAll(lane, signal)));
      running = false;
    },
  };

  async function sendAll(lane: Lane, signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => lane.wake?.(), { once: true });
    while (!signal.aborted) {
      const next = lane.waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => (lane.wake = resolve));
        continue;
      }
      waiting--;
      await send(next, signal);
    }
  }

  async function send(correlated: Correlated, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      try {
        correlated.sent(await write(correlated, signal));
        return;
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) return;
        if (!hasCode(error, "NoAnswer")) return refused(correlated.event(), error);
      }
      try {
        await env.clock.sleep(RETRY_MS, signal);
      } catch {
        return; // only an abort ends a sleep
      }
    }
    if (!signal.aborted) dropped.inc([component, "unanswered"]);
  }

  function refused(event: Event, error: unknown): void {
    dropped.inc([component, "refused"]);
    env.log.warn("an event was refused", { component, reason: event.reason, cause: messageOf(error) });
  }

  async function write(correlated: Correlated, signal: AbortSignal): Promise<Event> {
    const typed = client.resource<Event>(events);
    const event = correlated.event();
    if (event.count === 1) return await typed.create(event, {}, signal);
    const { namespace, name } = event.metadata;
    const body = { count: event.count, message: event.message, lastTimestamp: event.lastTimestamp };
    try {
      return await typed.patch({ namespace, name }, { type: "strategic", body }, {}, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
      const renewed = { ...event, firstTimestamp: formatTime(env.clock.nowMs()) };
      return await typed.create(renewed, {}, signal); // its time to live had run out
    }
  }
}

function laneOf(uid: string, lanes: number): number {
  let sum = 0;
  for (let i = 0; i < uid.length; i++) sum += uid.charCodeAt(i);
  return sum % lanes;
}
