import { formatTime, isStatus } from "@skates/apimachinery";
import { type NodeSelector, nodeSelectorMatches } from "@skates/api/core/v1";
import {
  type AllocationResult,
  type DeviceAllocationConfiguration,
  type DeviceRequestAllocationResult,
  type ResourceClaim,
  resourceClaims,
} from "@skates/api/resource/v1";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import { normalizeToMax, type SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import { allocate, type Allocation, type DeviceMatcher, type Grant } from "../devices/allocate.ts";
import { devicePools, type DevicePools } from "../devices/device-pools.ts";
import { type Devices, podClaims, resourceClaimKey } from "../devices/devices.ts";
import { DeviceUsage, resultsOf } from "../devices/usage.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

const UNAVAILABLE = unresolvable("resourceclaim not available on the node");
const NONE = unresolvable("cannot allocate all claims");
const IN_USE = unresolvable("resourceclaim in use");
/** Who may use a claim at once, as the API allows. */
const CONSUMERS_MAX = 256;
const ALTERNATIVES_MAX = 8;

export interface DynamicResourcesOptions {
  readonly devices: Devices;
  readonly matches: DeviceMatcher;
  readonly client: Client;
  readonly clock: Clock;
}

/**
 * Holds pods to nodes whose devices can serve their claims. Once a node is chosen it allocates the devices in the status of the claims and
 * notes the pod as one who may use them.
 */
export function dynamicResources(options: DynamicResourcesOptions): SchedulerPlugin {
  const { devices, client, clock } = options;
  /** By claim, what is being written and not seen in the API yet. */
  const promised = new Map<string, Promised>();
  const pools = new PoolsByStamp(devices);
  const usage = (): DeviceUsage => {
    // What the API shows by now, or what is gone, need not be promised any more.
    for (const [key, { namespace, name }] of promised) {
      const claim = devices.claim(namespace, name);
      if (claim === undefined || claim.status?.allocation !== undefined) promised.delete(key);
    }
    const ofClaims = devices.claims().map(resultsOf);
    const ofPromises = [...promised.values()].map(({ results }) => results.devices?.results ?? []);
    return new DeviceUsage(pools.get(), [...ofClaims, ...ofPromises]);
  };
  const allocationOf = (claim: ResourceClaim): AllocationResult | undefined =>
    claim.status?.allocation ?? promised.get(resourceClaimKey(claim))?.results;
  const tryNode = (claims: readonly ResourceClaim[], node: NodeInfo, used: DeviceUsage): Allocation | Rejection => {
    for (const claim of claims) {
      const selector = allocationOf(claim)?.nodeSelector;
      if (selector !== undefined && !nodeSelectorMatches(selector, node.node)) return UNAVAILABLE;
    }
    const open = claims.filter((claim) => allocationOf(claim) === undefined);
    if (open.length === 0) return { grants: [], alternatives: [] };
    try {
      const search = { node: node.node, devices, pools: pools.get(), usage: used, matches: options.matches };
      return allocate(open, search) ?? NONE;
    } catch (error) {
      return unresolvable(error instanceof Error ? error.message : String(error));
    }
  };
  const claimsFor = (pod: PodInfo): readonly ResourceClaim[] | Rejection => {
    const claims = podClaims(pod.pod, devices);
    if (typeof claims === "string") return unresolvable(claims);
    const full = claims.some(({ status }) => {
      const users = status?.reservedFor ?? [];
      return users.length >= CONSUMERS_MAX && !users.some(({ uid }) => uid === pod.uid);
    });
    return full ? IN_USE : claims;
  };
  const concerned = ({ pod }: PodInfo): boolean => (pod.spec.resourceClaims ?? []).length > 0;
  return {
    name: "DynamicResources",
    weight: 2,
    wakes: [
      { on: ["DevicesChanged"], helps: concerned },
      { on: ["NodeAdded", "NodeLabelsChanged", "AssignedPodDeleted"], helps: concerned },
    ],
    preEnqueue(pod) {
      if (!concerned(pod)) return undefined;
      const claims = podClaims(pod.pod, devices);
      return typeof claims === "string" ? unresolvable(claims) : undefined;
    },
    prepare(pod) {
      if (!concerned(pod)) return undefined;
      const claims = claimsFor(pod);
      if ("reasons" in claims) return claims;
      const tried = new Map<NodeInfo, Allocation | Rejection>();
      const used = usage();
      const on = (node: NodeInfo): Allocation | Rejection => {
        let result = tried.get(node);
        if (result === undefined) tried.set(node, (result = tryNode(claims, node, used)));
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
    },
    reserve({ pod, node }) {
      if (!concerned(pod)) return undefined;
      const claims = claimsFor(pod);
      if ("reasons" in claims) return claims;
      const result = tryNode(claims, node, usage());
      if ("reasons" in result) return result;
      for (const claim of claims) {
        const grants = result.grants.filter((grant) => grant.claim === claim);
        if (allocationOf(claim) !== undefined) continue;
        const results = allocationResult(claim, grants, { devices, nowMs: clock.nowMs() });
        const { name, namespace = "" } = claim.metadata;
        promised.set(resourceClaimKey(claim), { pod: pod.uid, results, namespace, name });
      }
      return undefined;
    },
    unreserve({ pod }) {
      for (const [key, promise] of promised) if (promise.pod === pod.uid) promised.delete(key);
    },
    async preBind({ pod }, signal) {
      if (!concerned(pod)) return undefined;
      const claims = claimsFor(pod);
      if ("reasons" in claims) return claims;
      for (const claim of claims) {
        const promise = promised.get(resourceClaimKey(claim));
        await writeClaim(client, { claim, pod, allocation: promise?.results }, signal);
      }
      return undefined;
    },
    postFilter({ pod, failure }) {
      if (!concerned(pod) || ![...failure.rejections.values()].includes(UNAVAILABLE)) return undefined;
      const claims = claimsFor(pod);
      if ("reasons" in claims) return undefined;
      const idle = claims.find(({ status }) => {
        const users = status?.reservedFor ?? [];
        return status?.allocation !== undefined && users.every(({ uid }) => uid === pod.uid);
      });
      if (idle === undefined) return undefined;
      const act = (signal: AbortSignal): Promise<void> => deallocate(client, idle, signal);
      return { message: "deallocation of ResourceClaim completed", act };
    },
  };
}

/** What a claim is about to be given. */
interface Promised {
  readonly pod: string;
  readonly namespace: string;
  readonly name: string;
  readonly results: AllocationResult;
}

/** Takes back the devices of a claim that nobody else uses: elsewhere others may serve it. */
async function deallocate(client: Client, claim: ResourceClaim, signal: AbortSignal): Promise<void> {
  const { allocation: _allocation, reservedFor: _reservedFor, ...status } = claim.status ?? {};
  await client.resource<ResourceClaim>(resourceClaims).updateStatus({ ...claim, status }, {}, signal);
}

/** The pools of all devices, put together again when slices have changed; claims, which change with each pod, are not asked. */
class PoolsByStamp {
  readonly #devices: Devices;
  #stamp = Number.NaN;
  #pools: DevicePools = devicePools([]);

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  get(): DevicePools {
    const stamp = this.#devices.stamp();
    if (stamp !== this.#stamp) this.#pools = devicePools(this.#devices.slices());
    this.#stamp = stamp;
    return this.#pools;
  }
}

/** Writes what the claim was given, unless it has it already, and the pod among those who may use it. */
async function writeClaim(
  client: Client,
  {
    claim,
    pod,
    allocation,
  }: { readonly claim: ResourceClaim; readonly pod: PodInfo; readonly allocation: AllocationResult | undefined },
  signal: AbortSignal,
): Promise<void> {
  const typed = client.resource<ResourceClaim>(resourceClaims);
  const { name, namespace } = claim.metadata;
  const consumer = { resource: "pods", name: pod.pod.metadata.name, uid: pod.uid };
  for (;;) {
    const now = await typed.get({ name, namespace }, {}, signal);
    if (now.metadata.uid !== claim.metadata.uid) throw new Error(`claim ${namespace}/${name} is another one by now`);
    const users = now.status?.reservedFor ?? [];
    const given = now.status?.allocation;
    if (given === undefined && allocation === undefined)
      throw new Error(`claim ${namespace}/${name} got deallocated elsewhere`);
    if (
      given !== undefined &&
      allocation !== undefined &&
      claim.status?.allocation === undefined &&
      users.length > 0 &&
      !users.some(({ uid }) => uid === pod.uid)
    ) {
      throw new Error(`claim ${namespace}/${name} got allocated elsewhere in the meantime`);
    }
    if (given !== undefined && users.some(({ uid }) => uid === pod.uid)) return;
    const reservedFor = users.some(({ uid }) => uid === pod.uid) ? users : [...users, consumer];
    const status = { ...now.status, allocation: given ?? allocation, reservedFor };
    const finalizers = now.metadata.finalizers ?? [];
    try {
      const kept = finalizers.includes(FINALIZER)
        ? now
        : await typed.update(
            { ...now, metadata: { ...now.metadata, finalizers: [...finalizers, FINALIZER] } },
            {},
            signal,
          );
      await typed.updateStatus({ ...kept, status }, {}, signal);
      return;
    } catch (error) {
      if (!isStatus(error, "Conflict")) throw error;
    }
  }
}

/** Keeps a claim with devices from vanishing before these are given back. */
const FINALIZER = "resource.kubernetes.io/delete-protection";

function allocationResult(
  claim: ResourceClaim,
  grants: readonly Grant[],
  { devices, nowMs }: { readonly devices: Devices; readonly nowMs: number },
): AllocationResult {
  const results = grants.map(
    ({ request, device, adminAccess, tolerations }): DeviceRequestAllocationResult => ({
      request,
      driver: device.driver,
      pool: device.pool,
      device: device.device.name,
      ...(adminAccess ? { adminAccess } : {}),
      ...(tolerations === undefined ? {} : { tolerations }),
    }),
  );
  const selector = nodesOf(grants);
  return {
    devices: { results, config: configurationOf(claim, grants, devices) },
    ...(selector === undefined ? {} : { nodeSelector: selector }),
    allocationTimestamp: formatTime(nowMs),
  };
}

/** Where the devices can be used: on one node, or where the selectors of all of them hold. */
function nodesOf(grants: readonly Grant[]): NodeSelector | undefined {
  const local = grants.find(({ device }) => device.nodeName !== undefined)?.device.nodeName;
  if (local !== undefined) {
    return {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [local] }] }],
    };
  }
  const terms = grants.flatMap(({ device }) => device.nodeSelector?.nodeSelectorTerms ?? []);
  if (terms.length === 0) return undefined;
  const expressions = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  const fields = terms.flatMap(({ matchFields = [] }) => matchFields);
  return {
    nodeSelectorTerms: [
      {
        ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
        ...(fields.length > 0 ? { matchFields: fields } : {}),
      },
    ],
  };
}

/** Settings of the classes, then those of the claim. */
function configurationOf(
  claim: ResourceClaim,
  grants: readonly Grant[],
  devices: Devices,
): readonly DeviceAllocationConfiguration[] {
  const requests = new Map(grants.map(({ request, className }) => [request, className]));
  const ofClasses = [...requests].flatMap(([request, className]) =>
    (devices.deviceClass(className)?.spec.config ?? []).map((config) => ({
      ...config,
      source: "FromClass" as const,
      requests: [request],
    })),
  );
  const granted = new Set([...requests.keys()].flatMap((request) => [request, request.split("/")[0] ?? ""]));
  const ofClaim = (claim.spec.devices?.config ?? [])
    .filter(({ requests: names = [] }) => names.length === 0 || names.some((name) => granted.has(name)))
    .map((config) => ({ ...config, source: "FromClaim" as const }));
  return [...ofClasses, ...ofClaim];
}
