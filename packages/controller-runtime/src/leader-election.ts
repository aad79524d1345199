import { formatMicroTime, isStatus } from "@skates/apimachinery";
import { type Lease, leases } from "@skates/api/coordination/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf, OperatingError } from "@skates/component-base";
import type { EventRecorder } from "./event-recorder.ts";

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly env: Env;
  /** The Lease by which candidates agree: `kube-controller-manager` in `kube-system`. */
  readonly namespace: string;
  readonly name: string;
  /** No two candidates have the same: `host_uuid`. */
  readonly identity: string;
  /** Tells who leads. */
  readonly recorder?: EventRecorder | undefined;
  /** How long the others wait for a leader that is silent; default 15 s. */
  readonly leaseMs?: number | undefined;
  /** How long a leader that cannot renew goes on; shorter than the lease. Default 10 s. */
  readonly renewMs?: number | undefined;
  /** Time between attempts; default 2 s. */
  readonly retryMs?: number | undefined;
}

/**
 * Runs a component only while this candidate leads. A leader that stops in order hands the lease over; one that cannot renew it in time
 * ends with OperatingError `LeadershipLost`, since another may lead by then.
 */
export function leading(component: Component, options: LeaderElectionOptions): Component {
  const candidate = new Candidate(options);
  const { env, retryMs = 2000, renewMs = 10_000 } = { ...options };

  async function acquire(signal: AbortSignal): Promise<void> {
    while (!(await candidate.attempt(signal))) await env.clock.sleep(retryMs, signal);
  }

  /** Returns when the lease could not be renewed in time. */
  async function keep(signal: AbortSignal): Promise<void> {
    let renewedMs = env.clock.monotonicMs();
    while (env.clock.monotonicMs() - renewedMs < renewMs) {
      await env.clock.sleep(retryMs, signal);
      if (await candidate.attempt(signal)) renewedMs = env.clock.monotonicMs();
      else if (candidate.usurped()) return;
    }
  }

  return {
    name: component.name,
    // A candidate that waits is well.
    ready: () => !candidate.leads() || component.ready(),
    async run(signal) {
      try {
        await acquire(signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      env.log.info("leading", { component: component.name, identity: options.identity });
      const inner = new AbortController();
      const either = AbortSignal.any([signal, inner.signal]);
      const working = component.run(either);
      let lost = false;
      const keeping = keep(either).then(
        () => {
          lost = true;
          inner.abort(new OperatingError("LeadershipLost", `the lease ${options.name} could not be renewed in time`));
        },
        () => undefined, // stopped
      );
      try {
        await working;
      } finally {
        inner.abort(new Error("the component has ended"));
        await keeping;
        if (!lost) await candidate.release();
      }
      if (lost) throw inner.signal.reason;
    },
  };
}

/** One that would lead: knows the lease as it was last seen, and since when. */
class Candidate {
  readonly #options: LeaderElectionOptions;
  #seen: { readonly renewTime: string | undefined; readonly holder: string; readonly atMs: number } | undefined;
  #lease: Lease | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
  }

  leads(): boolean {
    return this.#lease?.spec.holderIdentity === this.#options.identity;
  }

  usurped(): boolean {
    return this.#lease !== undefined && !this.leads();
  }

  /** Takes or renews the lease if it can. False: another holds it, or the server could not be reached. */
  async attempt(signal: AbortSignal): Promise<boolean> {
    const { env, name } = this.#options;
    try {
      return await this.#takeOrRenew(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isStatus(error, "Conflict") && !isStatus(error, "AlreadyExists")) {
        env.log.warn("the lease could not be renewed", { lease: name, cause: messageOf(error) });
      }
      this.#lease = this.leads() ? this.#lease : undefined;
      return false;
    }
  }

  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, env, identity, leaseMs = 15_000 } = this.#options;
    const typed = client.resource(leases);
    const now = formatMicroTime(env.clock.nowMs());
    const current = await this.#read(signal);
    if (current === undefined) {
      const spec = {
        holderIdentity: identity,
        leaseDurationSeconds: wholeSeconds(leaseMs),
        acquireTime: now,
        renewTime: now,
      };
      this.#lease = await typed.create(this.#empty({ ...spec, leaseTransitions: 0 }), {}, signal);
      return this.#became();
    }
    this.#observe(current);
    const { holderIdentity: holder = "", leaseTransitions = 0, acquireTime } = current.spec;
    const mine = holder === identity;
    if (!mine && holder !== "" && !this.#expired(current)) {
      this.#lease = current;
      return false;
    }
    const spec = {
      ...current.spec,
      holderIdentity: identity,
      leaseDurationSeconds: wholeSeconds(leaseMs),
      acquireTime: mine ? acquireTime : now,
      renewTime: now,
      leaseTransitions: mine ? leaseTransitions : leaseTransitions + 1,
    };
    this.#lease = await typed.update({ ...current, spec }, {}, signal);
    this.#observe(this.#lease);
    return mine || this.#became();
  }

  /** Lets the next candidate lead at once. */
  async release(): Promise<void> {
    const { client, env } = this.#options;
    if (this.#lease === undefined || !this.leads()) return;
    const now = formatMicroTime(env.clock.nowMs());
    const { acquireTime: _, ...old } = this.#lease.spec;
    const spec = { ...old, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
    try {
      await client.resource(leases).update({ ...this.#lease, spec }, {}, new AbortController().signal);
    } catch (error) {
      env.log.warn("the lease could not be handed over", { lease: this.#options.name, cause: messageOf(error) });
    }
    this.#lease = undefined;
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return await client.resource(leases).get({ namespace, name }, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Times of others are not compared with ours: a lease runs from when it was seen to change. */
  #observe({ spec: { renewTime, holderIdentity: holder = "" } }: Lease): void {
    if (this.#seen?.renewTime === renewTime && this.#seen?.holder === holder) return;
    this.#seen = { renewTime, holder, atMs: this.#options.env.clock.monotonicMs() };
  }

  #expired({ spec }: Lease): boolean {
    const { env, leaseMs = 15_000 } = this.#options;
    const durationMs = spec.leaseDurationSeconds === undefined ? leaseMs : spec.leaseDurationSeconds * 1000;
    return this.#seen !== undefined && env.clock.monotonicMs() - this.#seen.atMs >= durationMs;
  }

  #became(): true {
    const { recorder, identity } = this.#options;
    if (this.#lease !== undefined) {
      const message = `${identity} became leader`;
      recorder?.event({ about: this.#lease, type: "Normal", reason: "LeaderElection", message });
    }
    return true;
  }

  #empty(spec: Lease["spec"]): Lease {
    const { namespace, name } = this.#options;
    return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { namespace, name }, spec };
  }
}

/** As a lease states them: rather more, so that nobody leads while its holder still may. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
