import {
  type ApiObject,
  type ApiRequest,
  type EncodedEvent,
  type Filter,
  type Handler,
  StatusError,
} from "@skates/apimachinery";
import { pods } from "@skates/api/core/v1";
import { errorResponse } from "@skates/apiserver";
import type { Random } from "@skates/component-base";
import type { Cluster } from "./cluster.ts";

/** A kind of trouble that controllers must come through without harm. */
export interface Fault {
  readonly name: string;
  /** How long it takes after each change. */
  readonly seconds: number;
  /** Begins it; what it returns stays between controllers and server until the fault is over. */
  begin(cluster: Cluster, random: Random): Trouble;
}

export interface Trouble {
  readonly filter?: Filter | undefined;
  /** Done once a second while it lasts. */
  each?(second: number): Promise<void>;
  /** What has to be put right again. */
  end?(): Promise<void>;
}

/** Only `name` and the requests between controllers and server. */
function between(name: string, filter: (random: Random, cluster: Cluster) => Filter): Fault {
  return { name, seconds: SECONDS, begin: (cluster, random) => ({ filter: filter(random, cluster) }) };
}

const SECONDS = 20;
const LIVES_MAX = 15;
const isWatch = (request: ApiRequest): boolean => request.query.get("watch") !== null;
const isWrite = ({ method, path }: ApiRequest): boolean => method !== "GET" && !path.endsWith("/events");
const REFUSALS = ["InternalError", "TooManyRequests", "Timeout", "Forbidden"] as const;
type Reason = ConstructorParameters<typeof StatusError>[0];

/** All of them, by their names. */
export const FAULTS: readonly Fault[] = [
  // Deletions conflict only with their preconditions: about anything else the server itself tries again.
  between("each write conflicts once", () =>
    firstTime((next) => (request) => (request.method === "DELETE" ? next : refusing("Conflict"))(request)),
  ),
  between("each write is refused twice", (random) =>
    firstTime(() => refusing(REFUSALS[random.uint32() % REFUSALS.length] ?? "InternalError"), 2),
  ),
  between("the answer to each first write is lost", () =>
    firstTime((next) => async (request) => {
      await next(request);
      throw new Error("connection reset by peer");
    }),
  ),
  between("watches end after every two events", () => watched((events) => atMost(events, 2))),
  between("watches end and cannot be resumed", () => {
    let count = 0;
    const ending = watched((events) => atMost(events, 3));
    return (next) => (request) => (isWatch(request) && ++count % 2 === 0 ? refusing("Expired") : ending(next))(request);
  }),
  between("all is delivered twice", () => watched(twice)),
  between("each kind is delivered late", (random, { world }) => {
    const delays = new Map<string, number>();
    return (next) => (request) => {
      const delayMs = delays.get(request.path) ?? random.uint32() % 7000;
      delays.set(request.path, delayMs);
      const late = async function* (events: AsyncIterable<readonly EncodedEvent[]>) {
        for await (const batch of events) {
          await world.clock.sleep(delayMs, request.signal);
          yield batch;
        }
      };
      return watched(late)(next)(request);
    };
  }),
  ...[1, 3].map(restarting),
  jumping("the clock jumps forward by an hour", 3_600_000),
  jumping("the clock jumps back by an hour", -3_600_000),
  {
    name: "pods vanish before the writes of a plan",
    seconds: SECONDS,
    begin({ world }, random) {
      let left = 4;
      const filter: Filter = (next) => async (request) => {
        if (isWrite(request) && left > 0 && random.uint32() % 3 === 0) {
          const all = await world.list(pods);
          const pod = all[random.uint32() % Math.max(all.length, 1)];
          if (pod !== undefined && left-- > 0) await deleteNow(world.client.resource(pods), pod, world.signal);
        }
        return next(request);
      };
      return { filter };
    },
  },
  {
    name: "a node flaps",
    seconds: 180,
    begin(cluster) {
      return {
        each: async (second) => {
          // Longer than the grace of a silent node, shorter than what pods put up with.
          const down = second % 80 < 60;
          if (down) cluster.silent.add("n1");
          else cluster.silent.delete("n1");
        },
        end: async () => void cluster.silent.delete("n1"),
      };
    },
  },
];

async function deleteNow(
  client: Pick<ReturnType<Cluster["world"]["client"]["resource"]>, "delete">,
  object: ApiObject,
  signal: AbortSignal,
): Promise<void> {
  await client.delete(object.metadata, { gracePeriodSeconds: 0 }, signal).catch((error: unknown) => {
    if (!(error instanceof StatusError)) throw error;
  });
}

/** Treats the first `times` writes of each kind to each path in another way. */
function firstTime(disturbed: (next: Handler) => Handler, times = 1): Filter {
  const counts = new Map<string, number>();
  return (next) => (request) => {
    if (!isWrite(request)) return next(request);
    const id = `${request.method} ${request.path}`;
    const count = (counts.get(id) ?? 0) + 1;
    // Creations share a path: of those every second one is let through.
    counts.set(id, request.method === "POST" && count > times ? 0 : count);
    return count > times ? next(request) : disturbed(next)(request);
  };
}

function refusing(reason: Reason): Handler {
  return () => Promise.resolve(errorResponse(new StatusError(reason, `not now: ${reason}`)));
}

type Events = AsyncIterable<readonly EncodedEvent[]>;

function watched(change: (events: Events) => Events): Filter {
  return (next) => async (request) => {
    const response = await next(request);
    const { body } = response;
    if (!isWatch(request) || body.kind !== "events") return response;
    return { ...response, body: { ...body, events: change(body.events) } };
  };
}

async function* atMost(events: Events, count: number): AsyncGenerator<readonly EncodedEvent[]> {
  let left = count;
  for await (const batch of events) {
    for (const event of batch) {
      yield [event];
      if (--left === 0) return;
    }
  }
}

async function* twice(events: Events): AsyncGenerator<readonly EncodedEvent[]> {
  for await (const batch of events) yield batch.flatMap((event) => [event, event]);
}

/** The controllers die after every `writes` writes, between any two actions of a plan, and others take over. */
function restarting(writes: number): Fault {
  return {
    name: `controllers live for ${writes} write${writes === 1 ? "" : "s"}`,
    seconds: SECONDS,
    begin({ world }) {
      let left = writes;
      let lives = 0;
      return {
        filter: (next) => (request) => {
          if (!isWrite(request)) return next(request);
          return left-- > 0 ? next(request) : refusing("ServiceUnavailable")(request);
        },
        each: async () => {
          if (left >= 0 || ++lives === LIVES_MAX) return;
          await world.restartControllers();
          left = writes;
        },
      };
    },
  };
}

function jumping(name: string, ms: number): Fault {
  return {
    name,
    seconds: SECONDS,
    begin({ world }) {
      return {
        each: async (second) => {
          if (second === 5) world.jump(ms);
        },
      };
    },
  };
}
