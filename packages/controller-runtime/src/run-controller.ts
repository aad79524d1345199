import { formatKey, isStatus, type ObjectKey } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { asError, type Component, deadline, type Env, messageOf, TaskGroup } from "@skates/component-base";
import type { ActionFailure, Controller, Plan } from "./controller.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { type ControllerMetrics, controllerMetrics } from "./controller-metrics.ts";
import { execute, type Written } from "./execute.ts";
import type { Informers } from "./informers.ts";
import { knows } from "./knows.ts";
import { Pace } from "./pace.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

export interface RunOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly env: Env;
  /** Keys planned and carried out at once; default 5. */
  readonly workers?: number | undefined;
}

/** A plan that took longer is made again only after ten times as long: many changes of one key cost one plan. */
const COSTLY_MS = 1;
const REST_FACTOR = 10;

/** How long the caches may take to show what was written before they are listed anew. */
const BARRIER_MS = 30_000;

/** Runs a controller on shared informers, which somebody else runs. */
export function controllerComponent<View>(controller: Controller<View>, options: RunOptions): Component {
  return new ControllerLoop(controller, options);
}

class ControllerLoop<View> implements Component {
  readonly name: string;
  readonly #controller: Controller<View>;
  readonly #options: RunOptions;
  readonly #failures = new Map<string, readonly ActionFailure[]>();
  /** Until when keys rest whose last plan was costly. */
  readonly #resting = new Map<string, number>();
  readonly #pace = new Pace();
  readonly #metrics: ControllerMetrics;
  #ready = false;

  constructor(controller: Controller<View>, options: RunOptions) {
    this.name = controller.name;
    this.#controller = controller;
    this.#options = options;
    this.#metrics = controllerMetrics(options.env.metrics);
    // Now, so that the informers know their indexes and start together.
    for (const { resource, indexes } of controller.watches) options.informers.for(resource, { indexes });
  }

  ready(): boolean {
    return this.#ready;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { env, informers, workers = 5 } = this.#options;
    const label = [this.name];
    const meter = {
      added: () => this.#metrics.adds.inc(label),
      depth: (length: number) => this.#metrics.depth.set(label, length),
    };
    const queue = createWorkQueue<ObjectKey>({ clock: env.clock, id: formatKey, meter }, signal);
    const endings = this.#controller.watches.map((watch) =>
      informers.for(watch.resource).subscribe((delta) => {
        const old = delta.type === "updated" ? delta.old : undefined;
        for (const key of watch.keys(delta.object, old, informers)) queue.add(key, { delayMs: this.#restMs(key) });
      }),
    );
    const group = new TaskGroup(signal);
    try {
      await Promise.all(this.#controller.watches.map(({ resource }) => informers.for(resource).whenSynced(signal)));
      this.#ready = true;
      const view = this.#controller.view(informers);
      for (let i = 0; i < workers; i++) group.spawn((inner) => this.#work({ view, queue, group }, inner));
      await group.join();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      for (const end of endings) end();
      this.#ready = false;
    }
  }

  async #work(loop: Loop<View>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#sync(loop, await loop.queue.take(signal), signal);
  }

  async #sync({ view, queue, group }: Loop<View>, key: ObjectKey, signal: AbortSignal): Promise<void> {
    const id = formatKey(key);
    const plan = this.#plan(view, key);
    if (plan === undefined) return queue.done(key, "retry");
    if (plan.requeueAfterMs !== undefined) queue.add(key, { delayMs: plan.requeueAfterMs });
    if (plan.stages.length === 0) {
      this.#failures.delete(id);
      return queue.done(key, "ok");
    }
    const waitMs = this.#waitMs(id, plan);
    if (waitMs > 0) {
      queue.add(key, { delayMs: waitMs });
      return queue.done(key, "ok");
    }
    const { written, failures } = await execute(plan, { ...this.#options, name: this.name }, signal);
    this.#note(id, failures);
    const finish = (): void => queue.done(key, failures.length > 0 ? "retry" : "ok");
    if (this.#known(written)) return finish();
    // The worker goes on to other keys; this one is not planned again before the caches know what was written.
    group.spawn(async (inner) => {
      await this.#barrier(id, written, inner);
      finish();
    });
  }

  /** A plan that throws concerns its own key only: it is a bug, or an object that cannot be worked with. */
  #plan(view: View, key: ObjectKey): Plan | undefined {
    const { clock, log } = this.#options.env;
    const id = formatKey(key);
    const startedMs = clock.monotonicMs();
    try {
      return this.#controller.plan(view, key, clock.nowMs(), this.#failures.get(id) ?? []);
    } catch (thrown) {
      log.error("a plan failed", { controller: this.name, key: id, error: asError(thrown) });
      return undefined;
    } finally {
      const endedMs = clock.monotonicMs();
      const costMs = endedMs - startedMs;
      this.#metrics.planSeconds.observe([this.name], costMs / 1000);
      if (costMs >= COSTLY_MS) this.#resting.set(id, endedMs + REST_FACTOR * costMs);
      else this.#resting.delete(id);
    }
  }

  /** How long a plan has to wait that only tells; what failed is told at once. */
  #waitMs(id: string, plan: Plan): number {
    const mayWait =
      plan.mayWait === true || plan.stages.every((stage) => stage.every(({ do: kind }) => kind === "updateStatus"));
    if (!mayWait || this.#failures.has(id)) return 0;
    return this.#pace.waitMs(id, this.#options.env.clock.monotonicMs());
  }

  #restMs(key: ObjectKey): number {
    const untilMs = this.#resting.size === 0 ? undefined : this.#resting.get(formatKey(key));
    return untilMs === undefined ? 0 : Math.max(untilMs - this.#options.env.clock.monotonicMs(), 0);
  }

  #note(id: string, failures: readonly ActionFailure[]): void {
    if (failures.length === 0) {
      this.#failures.delete(id);
      return;
    }
    this.#failures.set(id, failures);
    this.#metrics.retries.inc([this.name]);
    for (const { action, error } of failures) {
      // Planned anew with what is there now.
      if (isStatus(error, "Conflict") || isStatus(error, "NotFound")) continue;
      const pairs = { controller: this.name, key: id, action: action.do, cause: messageOf(error) };
      this.#options.env.log.info("an action failed and will be planned again", pairs);
    }
  }

  #known(written: readonly Written[]): boolean {
    return written.every((one) => knows(this.#options.informers, one));
  }

  async #barrier(id: string, written: readonly Written[], signal: AbortSignal): Promise<void> {
    const { env, informers } = this.#options;
    using limit = deadline(env.clock, BARRIER_MS, signal);
    try {
      for (const one of written) {
        await informers.existing(one.resource)?.until(() => knows(informers, one), limit.signal);
      }
    } catch (error) {
      if (!limit.expired()) throw error;
      this.#metrics.staleCaches.inc([this.name]);
      env.log.warn("a cache lags behind and is listed anew", { controller: this.name, key: id });
      for (const one of written) if (!knows(informers, one)) informers.existing(one.resource)?.relist();
    }
  }
}

interface Loop<View> {
  readonly view: View;
  readonly queue: WorkQueue<ObjectKey>;
  readonly group: TaskGroup;
}
