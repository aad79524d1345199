import { formatKey, isStatus, type ObjectKey } from "@skates/apimachinery";
import { type Component, type Env, messageOf, TaskGroup } from "@skates/component-base";
import { createWorkQueue } from "./work-queue.ts";

export interface KeyWorkerOptions {
  readonly name: string;
  readonly env: Env;
  /** Nothing is worked on before these know what there is. */
  readonly informers: readonly { whenSynced(signal: AbortSignal): Promise<void> }[];
  /** Adds keys when something happens to them; called once, gives the functions that end it. */
  readonly follow: (add: (key: ObjectKey) => void) => readonly (() => void)[];
  /** In how many milliseconds to look again; undefined: when something happens. What rejects is tried again, later each time. */
  readonly work: (key: ObjectKey, signal: AbortSignal) => Promise<number | undefined>;
  /** What the log says of a failure. That a key was changed or removed meanwhile is none. */
  readonly failure: string;
  /** Keys worked on at once; default 1. */
  readonly workers?: number | undefined;
  /** First wait after a failure; default 5 ms. */
  readonly backoffMs?: number | undefined;
}

/** A controller that reads or writes more than a plan can: it does its work on one key after another, never on a key twice at once. */
export function keyWorker(options: KeyWorkerOptions): Component {
  const { name, env, work, workers = 1, backoffMs } = options;
  let ready = false;

  async function attempt(key: ObjectKey, signal: AbortSignal): Promise<number | "retry" | undefined> {
    try {
      return await work(key, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isStatus(error, "Conflict") && !isStatus(error, "NotFound")) {
        env.log.warn(options.failure, { controller: name, key: formatKey(key), cause: messageOf(error) });
      }
      return "retry";
    }
  }

  return {
    name,
    ready: () => ready,
    async run(signal) {
      const queue = createWorkQueue<ObjectKey>({ clock: env.clock, id: formatKey, backoffMs }, signal);
      const endings = options.follow((key) => queue.add(key));
      const group = new TaskGroup(signal);
      const loop = async (inner: AbortSignal): Promise<void> => {
        while (!inner.aborted) {
          const key = await queue.take(inner);
          const outcome = await attempt(key, inner);
          if (typeof outcome === "number") queue.add(key, { delayMs: outcome });
          queue.done(key, outcome === "retry" ? "retry" : "ok");
        }
      };
      try {
        await Promise.all(options.informers.map((informer) => informer.whenSynced(signal)));
        ready = true;
        for (let i = 0; i < workers; i++) group.spawn(loop);
        await group.join();
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        for (const end of endings) end();
        ready = false;
      }
    },
  };
}
