import { equalValues, formatTime, isStatus } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import { type AllocationResult, type ResourceClaim, resourceClaims } from "@skates/api/resource/v1";
import type { Client, ResourceClient } from "@skates/client";
import type { Clock } from "@skates/component-base";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { resourceClaimKey } from "./devices.ts";
import type { ExtendedClaim } from "./extended-resources.ts";

/** Keeps a claim with devices from vanishing before these are given back. */
const FINALIZER = "resource.kubernetes.io/delete-protection";

export interface ClaimWritesOptions {
  readonly client: Client;
  readonly clock: Clock;
}

/** What is written of claims in the API. All throw where they cannot do it; a conflict is tried again with what is there by then. */
export class ClaimWrites {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor({ client, clock }: ClaimWritesOptions) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Writes what the claim was given, unless it has it already, and the pod among those who may use it. Answers the claim as it is then. */
  async give(
    claim: ResourceClaim,
    { pod, allocation }: { readonly pod: PodInfo; readonly allocation: AllocationResult | undefined },
    signal: AbortSignal,
  ): Promise<ResourceClaim> {
    const { name, namespace } = claim.metadata;
    const consumer = { resource: "pods", name: pod.pod.metadata.name, uid: pod.uid };
    for (;;) {
      const now = await this.#claims.get({ name, namespace }, {}, signal);
      assertSame(now, claim, { pod, allocation });
      const users = now.status?.reservedFor ?? [];
      const mine = users.some(({ uid }) => uid === pod.uid);
      const given = now.status?.allocation;
      if (given !== undefined && mine) return now;
      const next = given ?? { ...allocation, allocationTimestamp: formatTime(this.#clock.nowMs()) };
      const status = { ...now.status, allocation: next, reservedFor: mine ? users : [...users, consumer] };
      try {
        const kept = await this.#protected(now, signal);
        return await this.#claims.updateStatus({ ...kept, status }, {}, signal);
      } catch (error) {
        if (!isStatus(error, "Conflict")) throw error;
      }
    }
  }

  /** Takes the pod out of those who may use the claim. */
  async release({ metadata }: ResourceClaim, pod: PodInfo, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = metadata;
    const body = { metadata: { uid }, status: { reservedFor: [{ $patch: "delete", uid: pod.uid }] } };
    await this.#claims.sub("status").patch({ name, namespace }, { type: "strategic", body }, {}, signal);
  }

  /** Takes back the devices of a claim that nobody else uses: elsewhere others may serve it. */
  async deallocate(claim: ResourceClaim, signal: AbortSignal): Promise<void> {
    const { allocation: _allocation, reservedFor: _reservedFor, devices: _devices, ...status } = claim.status ?? {};
    await this.#claims.updateStatus({ ...claim, status }, {}, signal);
  }

  /** Makes the claim that stands behind extended resources. */
  create({ claim }: ExtendedClaim, signal: AbortSignal): Promise<ResourceClaim> {
    return this.#claims.create(claim, {}, signal);
  }

  /** Removes the claim of a pod that does not come to its node. */
  async remove(claim: ResourceClaim, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = claim.metadata;
    try {
      for (;;) {
        const now = await this.#claims.get({ name, namespace }, {}, signal);
        if (now.metadata.uid !== uid) return;
        if (await this.#unprotected(now, signal)) break;
      }
      await this.#claims.delete({ name, namespace }, {}, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
  }

  /** Tells in the pod's status which claim serves its extended resources. */
  async tell(pod: Pod, { claim, mappings }: ExtendedClaim, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const extendedResourceClaimStatus = { requestMappings: mappings, resourceClaimName: claim.metadata.name };
    const body = { metadata: { uid }, status: { extendedResourceClaimStatus } };
    const client = this.#client.resource<Pod>(pods).sub("status");
    await client.patch<Pod>({ name, namespace }, { type: "strategic", body }, {}, signal);
  }

  get #claims(): ResourceClient<ResourceClaim> {
    return this.#client.resource<ResourceClaim>(resourceClaims);
  }

  async #protected(claim: ResourceClaim, signal: AbortSignal): Promise<ResourceClaim> {
    const { finalizers = [], ...metadata } = claim.metadata;
    if (finalizers.includes(FINALIZER)) return claim;
    return this.#claims.update(
      { ...claim, metadata: { ...metadata, finalizers: [...finalizers, FINALIZER] } },
      {},
      signal,
    );
  }

  /** False: it has changed meanwhile. */
  async #unprotected(claim: ResourceClaim, signal: AbortSignal): Promise<boolean> {
    const { finalizers = [], ...metadata } = claim.metadata;
    if (!finalizers.includes(FINALIZER)) return true;
    try {
      const others = finalizers.filter((one) => one !== FINALIZER);
      await this.#claims.update({ ...claim, metadata: { ...metadata, finalizers: others } }, {}, signal);
      return true;
    } catch (error) {
      if (!isStatus(error, "Conflict")) throw error;
      return false;
    }
  }
}

/** Throws where somebody else was faster. */
function assertSame(
  now: ResourceClaim,
  before: ResourceClaim,
  { pod, allocation }: { readonly pod: PodInfo; readonly allocation: AllocationResult | undefined },
): void {
  const key = resourceClaimKey(before);
  if (now.metadata.uid !== before.metadata.uid) throw new Error(`claim ${key} is another one by now`);
  if (now.metadata.deletionTimestamp !== undefined) throw new Error(`claim ${key} got deleted in the meantime`);
  const given = now.status?.allocation;
  if (given === undefined && allocation === undefined) throw new Error(`claim ${key} got deallocated elsewhere`);
  const users = now.status?.reservedFor ?? [];
  const others = users.length > 0 && !users.some((one) => one.uid === pod.uid);
  if (given === undefined || allocation === undefined || before.status?.allocation !== undefined) return;
  if (others && !equalValues(given.devices, allocation.devices)) {
    throw new Error(`claim ${key} got allocated elsewhere in the meantime`);
  }
}
