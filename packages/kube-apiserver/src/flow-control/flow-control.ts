import { flowSchemas, priorityLevelConfigurations } from "@skates/api/flowcontrol/v1";
import { type ApiResponse, type Revision, StatusError } from "@skates/apimachinery";
import {
  errorResponse,
  isLongRunning,
  type Next,
  type Registry,
  type RequestContext,
  type Stage,
} from "@skates/apiserver";
import { type Env, isAbort } from "@skates/component-base";
import { LoopTurns } from "./loop-turns.ts";
import { type Flow, PriorityLevels } from "./priority-levels.ts";
import type { FlowRequest, Rejection, Release } from "./queue-set.ts";
import { dealHand } from "./shuffle-sharding.ts";
import { estimateWork, type WorkEstimate } from "./work-estimate.ts";

export interface FlowControlOptions {
  readonly env: Env;
  /** Made later than the stage. */
  readonly registry: () => Registry;
  /** Of the whole server: `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
  readonly serverSeats: number;
  /** A request waits for seats at most so long: upstream's quarter of its own time limit. */
  readonly waitMs: number;
  /** A later turn of the event loop, which is shared fairly then; absent: it is not shared. */
  readonly turn?: (() => Promise<void>) | undefined;
}

const BORROW_MS = 10_000;
/** Of a level's seats, what one request may take. */
const SEATS_PART_MAX = 0.15;
const HANDS_REMEMBERED = 1_000;

/**
 * API priority and fairness: requests are sorted into flows by flow schemas, each flow waits in queues of a priority level of its own,
 * and no level, and within a level no flow, can take the seats of the others.
 */
export class FlowControl {
  readonly #options: FlowControlOptions;
  /** By the flow's distinguisher; flows are made anew when what is configured changes. */
  readonly #hands = new WeakMap<Flow, Map<string, Hand>>();
  readonly #metrics: FlowMetrics;
  readonly #turns: LoopTurns | undefined;
  readonly levels: PriorityLevels;
  #revision: Revision = -1;

  constructor(options: FlowControlOptions) {
    const { env, serverSeats, turn } = options;
    const { clock } = env;
    this.#options = options;
    this.#turns = turn === undefined ? undefined : new LoopTurns({ clock, turn });
    const random = env.random.stream("fair-queues");
    this.levels = new PriorityLevels({ clock, random, serverSeats, turns: this.#turns });
    this.#metrics = flowMetrics(env);
  }

  /** Borrowing of seats until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#options.env.clock.sleep(BORROW_MS, signal);
        this.levels.borrow();
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
  }

  readonly stage: Stage = (next) => async (context) => {
    if (isLongRunning(context.route) && context.route.verb !== "watch") return await next(context);
    this.#follow();
    const flow = this.levels.find(context.user, context.route);
    if (flow === undefined) return await next(context);
    const headers = {
      "x-kubernetes-pf-flowschema-uid": flow.uid,
      "x-kubernetes-pf-prioritylevel-uid": flow.level.uid,
    };
    const response = await this.#through(flow, context, next);
    return { ...response, headers: { ...response.headers, ...headers } };
  };

  async #through(flow: Flow, context: RequestContext, next: Next): Promise<ApiResponse> {
    const { level } = flow;
    const work = estimateWork(context, this.#options.registry(), Math.ceil(level.nominal * SEATS_PART_MAX));
    const request = this.#requestOf(flow, context, work);
    const release = level.queues.tryStart(request) ?? (await this.#wait(flow, request, context));
    if (typeof release === "string") return this.#refused(flow, release);
    this.#metrics.dispatched.inc([level.name, flow.name]);
    this.#shareLoop(request, context);
    const began = this.#turns?.number;
    let response: ApiResponse;
    try {
      response = await next(context);
    } finally {
      if (work.finalSeats === 0) release();
      else void this.#lateRelease(release, work.latencyMs);
    }
    // Writes that became durable together would all be answered in one turn.
    if (this.#turns?.number !== began && level.queues.overflow.type === "Queue")
      await this.#turns?.finish(request.flow);
    return response;
  }

  /** Long work of a request gives turns to others, of which the flow has its share. */
  #shareLoop({ flow }: FlowRequest, context: RequestContext): void {
    const turns = this.#turns;
    if (turns !== undefined) context.turn = () => turns.goOn(flow);
  }

  /** Those who watch get their events after the answer: the seats stay taken for as long as that is taken to last. */
  async #lateRelease(release: Release, ms: number): Promise<void> {
    await this.#options.env.clock.sleep(ms, new AbortController().signal);
    release();
  }

  async #wait(flow: Flow, request: FlowRequest, { signal }: RequestContext): Promise<Release | Rejection> {
    const { env, waitMs } = this.#options;
    const fromMs = env.clock.monotonicMs();
    const admitted = await flow.level.queues.wait(request, waitMs, signal);
    const seconds = (env.clock.monotonicMs() - fromMs) / 1000;
    this.#metrics.waited.observe([flow.level.name, flow.name, String(typeof admitted !== "string")], seconds);
    return admitted;
  }

  #refused(flow: Flow, why: Rejection): ApiResponse {
    this.#metrics.rejected.inc([flow.level.name, flow.name, why]);
    return errorResponse(
      new StatusError("TooManyRequests", "too many requests, please try again later", {
        details: { retryAfterSeconds: 1 },
      }),
    );
  }

  #requestOf(flow: Flow, { user, route, nowMs }: RequestContext, work: WorkEstimate): FlowRequest {
    const distinguisher = flow.by === undefined ? "" : flow.by === "ByUser" ? user.name : route.namespace;
    return {
      ...this.#handOf(flow, distinguisher),
      seats: Math.max(work.seats, work.finalSeats),
      about: { schema: flow.name, distinguisher, arrivedMs: nowMs },
    };
  }

  #handOf(flow: Flow, distinguisher: string): Hand {
    let hands = this.#hands.get(flow);
    if (hands === undefined) this.#hands.set(flow, (hands = new Map()));
    let hand = hands.get(distinguisher);
    if (hand === undefined) {
      const name = `${flow.name},${distinguisher}`;
      const { overflow } = flow.level.queues;
      hand = {
        flow: name,
        hand: overflow.type === "Queue" ? dealHand(name, overflow.queues, overflow.handSize) : NO_CARDS,
      };
      if (hands.size >= HANDS_REMEMBERED) hands.clear();
      hands.set(distinguisher, hand);
    }
    return hand;
  }

  /** What is stored counts from the first request after it was stored. */
  #follow(): void {
    const registry = this.#options.registry();
    const revision = Math.max(
      registry.cachedRevision(flowSchemas),
      registry.cachedRevision(priorityLevelConfigurations),
    );
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.levels.use({
      levels: registry.cachedList(priorityLevelConfigurations),
      schemas: registry.cachedList(flowSchemas),
    });
  }
}

/** A flow's name and the queues that it may land in. */
interface Hand extends Pick<FlowRequest, "flow" | "hand"> {}
const NO_CARDS: readonly number[] = [];

type FlowMetrics = ReturnType<typeof flowMetrics>;

function flowMetrics({ metrics }: Env) {
  const labels = ["priority_level", "flow_schema"];
  return {
    dispatched: metrics.counter({
      name: "apiserver_flowcontrol_dispatched_requests_total",
      help: "Requests that were carried out.",
      labels,
    }),
    rejected: metrics.counter({
      name: "apiserver_flowcontrol_rejected_requests_total",
      help: "Requests that were refused.",
      labels: [...labels, "reason"],
    }),
    waited: metrics.histogram({
      name: "apiserver_flowcontrol_request_wait_duration_seconds",
      help: "Time that requests waited for seats.",
      labels: [...labels, "execute"],
      buckets: [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
    }),
  };
}
