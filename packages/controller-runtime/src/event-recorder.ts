import { formatTime, isStatus } from "@skates/apimachinery";
import { type Event, events } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, hasCode, isAbort, messageOf, pick, TaskGroup } from "@skates/component-base";
import type { Announcement } from "./controller.ts";
import { type Chain, EventBacklog } from "./event-backlog.ts";
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

/** As upstream: a server that cannot be reached is asked so often for one event, so far apart, the second time sooner by chance. */
const ATTEMPTS = 12;
const RETRY_MS = 10_000;
/** After so many requests in a row without an answer it is the server that is away: new events wait for one of those. */
const SILENT_MAX = 3;

/** A recorder; events are sent while it runs. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder & Component {
  const { client, env, component, host, limit = 1000, parallel = 1 } = options;
  const correlator = createEventCorrelator();
  const backlog = new EventBacklog();
  const random = env.random.stream(`events/${component}/${host ?? ""}`);
  let silent = 0;
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
      if (backlog.size >= limit) return dropped.inc([component, "full"]);
      const event = newEvent(announcement, { nowMs: env.clock.nowMs(), component, host, order: order++ });
      const correlated = correlator.correlate(event, env.clock.monotonicMs());
      if (correlated === undefined) return dropped.inc([component, "spam"]);
      const { uid, namespace, name } = announcement.about.metadata;
      backlog.add(uid ?? `${namespace ?? ""}/${name}`, correlated);
    },
    async run(signal) {
      const tasks = new TaskGroup(signal);
      signal.addEventListener("abort", () => backlog.wake(), { once: true });
      running = true;
      for (let i = 0; i < parallel; i++) tasks.spawn((s) => sendAll(tasks, s));
      await tasks.join();
      running = false;
    },
  };

  async function sendAll(tasks: TaskGroup, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const chain = backlog.take(silent < SILENT_MAX ? "any" : "unanswered");
      const [next] = chain?.waiting ?? [];
      if (chain === undefined || next === undefined) await backlog.changed();
      else if (await send(next, chain.unanswered > 0, signal)) backlog.done(chain);
      else if (++chain.unanswered >= ATTEMPTS) {
        dropped.inc([component, "unanswered"]);
        backlog.done(chain);
        silent = Math.min(silent, SILENT_MAX - 1); // another one may ask in its place
      } else tasks.spawn((s) => sendLater(chain, s));
    }
  }

  /** Meanwhile events about other objects go out. */
  async function sendLater(chain: Chain, signal: AbortSignal): Promise<void> {
    await env.clock.sleep(chain.unanswered === 1 ? pick(random, RETRY_MS) : RETRY_MS, signal);
    backlog.again(chain);
  }

  /** False: the server gave no answer. */
  async function send(correlated: Correlated, repeated: boolean, signal: AbortSignal): Promise<boolean> {
    try {
      correlated.sent(await write(correlated, signal));
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      if (hasCode(error, "NoAnswer")) {
        silent++;
        return false;
      }
      // What got no answer may have arrived all the same.
      if (!repeated || !isStatus(error, "AlreadyExists")) refused(correlated.event(), error);
    }
    if (silent >= SILENT_MAX) backlog.wake();
    silent = 0;
    return true;
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
