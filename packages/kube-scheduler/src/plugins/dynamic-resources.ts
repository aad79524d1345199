import { parseDuration } from "@skates/apimachinery";
import { nodeSelectorMatches } from "@skates/api/core/v1";
import type { DynamicResourcesArgs } from "@skates/api/kubescheduler/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";
import type { Client } from "@skates/client";
import { messageOf, type Random } from "@skates/component-base";
import type { Failure } from "../framework/decision.ts";
import {
  type Chosen,
  type FailedAttempt,
  type NodeJudge,
  normalizeToMax,
  type SchedulerPlugin,
} from "../framework/plugin.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import { allocate, type Allocation, type DeviceMatcher } from "../devices/allocate.ts";
import { allocationResult } from "../devices/allocation-result.ts";
import { ClaimWrites } from "../devices/claim-writes.ts";
import { ALL_DEVICE_FEATURES, type DeviceFeatures } from "../devices/device-features.ts";
import { devicePools, type DevicePools } from "../devices/device-pools.ts";
import { type Devices, podClaims } from "../devices/devices.ts";
import { extendedClaim, type ExtendedClaim, extendedClaimOf, mayBeServed } from "../devices/extended-resources.ts";
import type { DevicePromises } from "../devices/promises.ts";
import { mustBecomeReady, readinessOf } from "../devices/readiness.ts";
import { ReadinessWait, type ReadinessWaitOptions } from "../devices/readiness-wait.ts";
import { DeviceUsage, resultsOf } from "../devices/usage.ts";
import { claimProblem } from "../devices/wanted.ts";
import type { PostFilterPlan } from "../preemption/post-filter-plan.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

const NAME = "DynamicResources";
const UNAVAILABLE = unresolvable("resourceclaim not available on the node");
const NONE = unresolvable("cannot allocate all claims");
const IN_USE = unresolvable("resourceclaim in use");
const STALE = unresolvable("cannot schedule extended resource claim");
/** Who may use a claim at once, as the API allows. */
const CONSUMERS_MAX = 256;
const ALTERNATIVES_MAX = 8;
/** What is used is counted again after this, for promises that end by time. */
const USAGE_MS_MAX = 1000;

export interface DynamicResourcesOptions extends Omit<ReadinessWaitOptions, "timeoutMs"> {
  readonly devices: Devices;
  /** What pods of any profile are about to be given. */
  readonly promises: DevicePromises;
  readonly matches: DeviceMatcher;
  readonly client: Client;
  /** Names shares of devices. */
  readonly random: Random;
  readonly features?: DeviceFeatures | undefined;
  readonly args?: Partial<DynamicResourcesArgs> | undefined;
}

/**
 * Holds pods to nodes whose devices can serve their claims. Once a node is chosen it allocates the devices in the status of the claims and
 * notes the pod as one who may use them; extended resources that devices serve get a claim of their own. Where devices must become ready
 * first, the binding waits for them.
 */
export function dynamicResources(options: DynamicResourcesOptions): SchedulerPlugin {
  const plugin = new DynamicResources(options);
  const helps = (pod: PodInfo): boolean => plugin.concerned(pod);
  return {
    name: NAME,
    weight: 2,
    wakes: [
      { on: ["DevicesChanged"], helps: (pod) => plugin.mayConcern(pod) },
      { on: ["NodeAdded", "NodeLabelsChanged", "NodeAllocatableChanged", "AssignedPodDeleted"], helps },
    ],
    preEnqueue: (pod) => plugin.preEnqueue(pod),
    prepare: (pod) => plugin.prepare(pod),
    reserve: (chosen) => plugin.reserve(chosen),
    unreserve: (chosen) => plugin.unreserve(chosen),
    preBinds: ({ pod }) => plugin.concerned(pod),
    preBind: (chosen, signal) => plugin.preBind(chosen, signal),
    postBind: ({ pod }) => plugin.postBind(pod),
    postFilter: (failed) => plugin.postFilter(failed),
  };
}

/** What a node would give a pod. */
interface Offer extends Allocation {
  /** The claim for extended resources, where devices of this node are to serve some. */
  readonly extended: ExtendedClaim | undefined;
}

/** A pod with its claims. */
interface Asking {
  readonly pod: PodInfo;
  readonly claims: readonly ResourceClaim[];
  /** Extended resources that devices may serve, where the node itself does not offer them. */
  readonly resources: readonly string[];
  /** An earlier attempt has made a claim for them. It may no longer be right: it is removed, and made anew. */
  readonly stale: boolean;
}

/** What is used of devices, and of what it was counted. */
interface Counted {
  readonly usage: DeviceUsage;
  readonly pools: DevicePools;
  readonly stamp: number;
  readonly untilMs: number;
}

class DynamicResources {
  readonly #options: DynamicResourcesOptions;
  readonly #features: DeviceFeatures;
  readonly #filterMs: number;
  readonly #readiness: ReadinessWait;
  readonly #promises: DevicePromises;
  readonly #writes: ClaimWrites;
  /** Claims of users that a pod on its way was noted in, by its uid. */
  readonly #written = new Map<string, ResourceClaim[]>();
  /** By uid of the pod: claims are being given back. */
  readonly #releasing = new Map<string, Promise<void>>();
  #counted: Counted | undefined;
  #poolStamp = Number.NaN;
  #pools: DevicePools = devicePools([]);

  constructor(options: DynamicResourcesOptions) {
    const { features = ALL_DEVICE_FEATURES, args = {}, promises } = options;
    this.#options = options;
    this.#features = features;
    this.#filterMs = features.filterTimeout ? parseDuration(args.filterTimeout ?? "10s") : 0;
    this.#readiness = new ReadinessWait({ ...options, timeoutMs: parseDuration(args.bindingTimeout ?? "10m0s") });
    this.#promises = promises;
    this.#writes = new ClaimWrites(options);
  }

  concerned(pod: PodInfo): boolean {
    return (pod.pod.spec.resourceClaims ?? []).length > 0 || this.#served(pod).length > 0;
  }

  /** A change of classes may make the pod one that is concerned. */
  mayConcern(pod: PodInfo): boolean {
    if ((pod.pod.spec.resourceClaims ?? []).length > 0) return true;
    return this.#features.extendedResources && [...pod.requests.scalars.keys()].some(mayBeServed);
  }

  preEnqueue({ pod }: PodInfo): Rejection | undefined {
    if ((pod.spec.resourceClaims ?? []).length === 0) return undefined;
    const claims = podClaims(pod, this.#options.devices);
    return typeof claims === "string" ? unresolvable(claims) : undefined;
  }

  prepare(pod: PodInfo): Rejection | NodeJudge | undefined {
    if (!this.concerned(pod)) return undefined;
    const asking = this.#askingOf(pod);
    if ("reasons" in asking) return asking;
    const tried = new Map<NodeInfo, Offer | Rejection>();
    const usage = this.#usage();
    const on = (node: NodeInfo): Offer | Rejection => {
      let result = tried.get(node);
      if (result === undefined) tried.set(node, (result = this.#try(asking, node, usage)));
      return result;
    };
    return {
      filter: (node) => {
        const result = on(node);
        return "reasons" in result ? result : undefined;
      },
      score: (node) => {
        const result = on(node);
        if ("reasons" in result) return 0;
        return result.alternatives.reduce((sum, index) => sum + ALTERNATIVES_MAX - index, 0);
      },
      normalize: (scores) => normalizeToMax(scores, false),
    };
  }

  reserve({ pod, node }: Chosen): Rejection | undefined {
    if (!this.concerned(pod)) return undefined;
    const asking = this.#askingOf(pod);
    if ("reasons" in asking) return asking;
    const offer = this.#try(asking, node, this.#usage());
    if ("reasons" in offer) return offer;
    const { devices, random } = this.#options;
    const options = { nodeName: node.name, deviceClass: devices.deviceClass, features: this.#features, random };
    const given = (claim: ResourceClaim) =>
      allocationResult(
        claim,
        offer.grants.filter(({ wanted }) => wanted.claim === claim),
        options,
      );
    for (const claim of asking.claims) {
      if (this.#promises.allocationOf(claim) !== undefined) continue;
      this.#promises.add(claim, { pod: pod.uid, results: given(claim) });
    }
    const { extended } = offer;
    if (extended !== undefined) {
      this.#promises.addExtended(pod.uid, { extended, results: given(extended.claim), created: false });
    }
    return undefined;
  }

  unreserve({ pod }: Chosen): ((signal: AbortSignal) => Promise<void>) | undefined {
    if (!this.concerned(pod)) return undefined;
    const extended = this.#promises.extendedOf(pod.uid);
    const written = this.#written.get(pod.uid) ?? [];
    this.#promises.drop(pod.uid);
    this.#written.delete(pod.uid);
    if (written.length === 0 && extended?.created !== true) return undefined;
    return async (signal) => {
      const done = (async () => {
        for (const claim of written) await this.#writes.release(claim, pod, signal);
        if (extended?.created === true) await this.#writes.remove(extended.extended.claim, signal);
      })();
      this.#releasing.set(pod.uid, done);
      try {
        await done;
      } finally {
        if (this.#releasing.get(pod.uid) === done) this.#releasing.delete(pod.uid);
      }
    };
  }

  async preBind(chosen: Chosen, signal: AbortSignal): Promise<Rejection | undefined> {
    const { pod } = chosen;
    if (!this.concerned(pod)) return undefined;
    // What an earlier attempt takes back must not take this one's.
    await this.#releasing.get(pod.uid)?.catch(() => undefined);
    const claims = this.#claimsFor(pod);
    if ("reasons" in claims) return claims;
    const written: ResourceClaim[] = [];
    this.#written.set(pod.uid, written);
    for (const claim of claims) {
      const allocation = this.#promises.allocationOf(claim);
      written.push(await this.#writes.give(claim, { pod, allocation }, signal));
    }
    const extended = await this.#writeExtended(pod, signal);
    const all = extended === undefined ? written : [...written, extended];
    if (this.#features.readiness && all.some(mustBecomeReady)) await this.#readiness.wait(chosen, all, signal);
    return undefined;
  }

  postBind({ uid }: PodInfo): void {
    this.#written.delete(uid);
    this.#promises.settle(uid, this.#options.clock.monotonicMs());
  }

  /** Takes back what the pod was given elsewhere, or what does not become ready, so that it is given anew. */
  postFilter({ pod, failure, snapshot, filters }: FailedAttempt): PostFilterPlan {
    const { outright } = failure;
    // Where a plugin before it has rejected the pod, upstream's has no state, fails, and ends the search for room; its word for it is what
    // users see.
    if (outright !== undefined && !wasReached(failure, filters)) return { message: "not found", last: true };
    if (outright !== undefined || !this.concerned(pod)) return { message: "no new claims to deallocate" };
    const reasons = new Set(failure.rejections.counts.map(([rejection]) => rejection));
    const claims = reasons.has(UNAVAILABLE) ? this.#claimsFor(pod) : [];
    const nodes = snapshot.nodes.filter((node) => node !== undefined);
    const idle = ("reasons" in claims ? [] : claims).find(
      (claim) =>
        claim.status?.allocation !== undefined &&
        (claim.status.reservedFor ?? []).every(({ uid }) => uid === pod.uid) &&
        nodes.some((node) => this.#unavailable(claim, node)),
    );
    if (idle !== undefined) {
      const act = (signal: AbortSignal): Promise<void> => this.#writes.deallocate(idle, signal);
      return { message: "deallocation of ResourceClaim completed", act };
    }
    const stale = reasons.has(STALE) ? this.#staleClaim(pod) : undefined;
    if (stale === undefined) return { message: "still not schedulable" };
    const act = (signal: AbortSignal): Promise<void> => this.#writes.remove(stale, signal);
    return { message: "deletion of ResourceClaim completed", act };
  }

  /** Makes the claim for extended resources and gives it its devices. */
  async #writeExtended(pod: PodInfo, signal: AbortSignal): Promise<ResourceClaim | undefined> {
    const promise = this.#promises.extendedOf(pod.uid);
    if (promise === undefined) return undefined;
    const claim = await this.#writes.create(promise.extended, signal);
    promise.extended = { ...promise.extended, claim };
    promise.created = true;
    const given = await this.#writes.give(claim, { pod, allocation: promise.results }, signal);
    await this.#writes.tell(pod.pod, promise.extended, signal);
    return given;
  }

  /** Extended resources of the pod that a class of devices serves. */
  #served({ requests }: PodInfo): readonly string[] {
    if (!this.#features.extendedResources || requests.scalars.size === 0) return [];
    return [...requests.scalars]
      .filter(([name, wanted]) => wanted > 0 && mayBeServed(name) && this.#options.devices.classOf(name) !== undefined)
      .map(([name]) => name);
  }

  #askingOf(pod: PodInfo): Asking | Rejection {
    const claims = this.#claimsFor(pod);
    if ("reasons" in claims) return claims;
    const { deviceClass } = this.#options.devices;
    for (const claim of claims) {
      if (this.#promises.allocationOf(claim) !== undefined) continue;
      const problem = claimProblem(claim, { deviceClass, features: this.#features });
      if (problem !== undefined) return unresolvable(problem);
    }
    const resources = this.#served(pod);
    return { pod, claims, resources, stale: resources.length > 0 && this.#staleClaim(pod) !== undefined };
  }

  #staleClaim({ uid, pod }: PodInfo): ResourceClaim | undefined {
    if (this.#promises.extendedOf(uid) !== undefined) return undefined;
    return extendedClaimOf(pod, this.#options.devices.claims());
  }

  #claimsFor(pod: PodInfo): readonly ResourceClaim[] | Rejection {
    const claims = podClaims(pod.pod, this.#options.devices);
    if (typeof claims === "string") return unresolvable(claims);
    const full = claims.some(
      (claim) => (claim.status?.reservedFor ?? []).length >= CONSUMERS_MAX && !isUser(claim, pod),
    );
    return full ? IN_USE : claims;
  }

  #try({ pod, claims, resources, stale }: Asking, node: NodeInfo, usage: DeviceUsage): Offer | Rejection {
    if (stale) return STALE;
    if (claims.some((claim) => this.#unavailable(claim, node))) return UNAVAILABLE;
    const open = claims.filter((claim) => this.#promises.allocationOf(claim) === undefined);
    // What the node offers itself is looked after by the kubelet.
    const missing = resources.filter((name) => (node.allocatable.scalars.get(name) ?? 0) === 0);
    const extended = missing.length === 0 ? undefined : this.#extended(pod, missing);
    const all = extended === undefined ? open : [...open, extended.claim];
    if (all.length === 0) return { grants: [], alternatives: [], extended };
    const { clock, devices, matches } = this.#options;
    const startMs = clock.monotonicMs();
    const expired = (): boolean => this.#filterMs > 0 && clock.monotonicMs() - startMs > this.#filterMs;
    const { deviceClass } = devices;
    try {
      const search = { node: node.node, deviceClass, pools: this.#currentPools(), usage, matches, expired };
      const allocation = allocate(all, search);
      return allocation === undefined ? NONE : { ...allocation, extended };
    } catch (error) {
      return unresolvable(messageOf(error));
    }
  }

  #extended({ pod }: PodInfo, resources: readonly string[]): ExtendedClaim {
    return extendedClaim(pod, resources, (name) => this.#options.devices.classOf(name));
  }

  /** What the claim was given cannot be used on the node, or does not become ready. */
  #unavailable(claim: ResourceClaim, { node }: NodeInfo): boolean {
    const selector = this.#promises.allocationOf(claim)?.nodeSelector;
    if (selector !== undefined && !nodeSelectorMatches(selector, node)) return true;
    if (!this.#features.readiness || claim.status?.allocation === undefined) return false;
    const { kind } = readinessOf(claim);
    return kind === "failed" || (kind === "pending" && this.#readiness.overdue(claim));
  }

  /** Counted once for a pod that is tried and then given what was found, and for pods that are tried while nothing changes. */
  #usage(): DeviceUsage {
    const { clock, devices } = this.#options;
    const pools = this.#currentPools();
    const { stamp } = this.#promises;
    const nowMs = clock.monotonicMs();
    const known = this.#counted;
    if (known?.stamp === stamp && known.pools === pools && nowMs < known.untilMs) return known.usage;
    const usage = new DeviceUsage(pools, [...devices.claims().map(resultsOf), ...this.#promises.results(nowMs)]);
    this.#counted = { usage, pools, stamp, untilMs: nowMs + USAGE_MS_MAX };
    return usage;
  }

  /** Put together again when slices have changed; claims, which change with each pod, are not asked. */
  #currentPools(): DevicePools {
    const { devices } = this.#options;
    const stamp = devices.stamp();
    if (stamp !== this.#poolStamp) this.#pools = devicePools(devices.slices(), this.#features);
    this.#poolStamp = stamp;
    return this.#pools;
  }
}

/** False: the plugin that rejected the pod outright comes before this one in the profile. */
function wasReached({ plugins }: Failure, filters: readonly SchedulerPlugin[]): boolean {
  const own = filters.findIndex(({ name }) => name === NAME);
  return own >= 0 && filters.findIndex((plugin) => plugins.has(plugin)) >= own;
}

function isUser({ status }: ResourceClaim, { uid }: PodInfo): boolean {
  return (status?.reservedFor ?? []).some((one) => one.uid === uid);
}
