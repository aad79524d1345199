import type { Pod } from "@skates/api/core/v1";
import type { DeviceClaim } from "@skates/api/dra/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";
import { messageOf, OperatingError } from "@skates/component-base";
import type { DeviceClaims } from "../../device-claims.ts";
import { cdiNames, type ClaimInfo, newClaimInfo, withDevices, withoutPod, withPod } from "../../dra/claim-info.ts";
import { claimRefusal, claimsOf, type NamedClaim, usesOf } from "../../dra/pod-devices.ts";
import type { AnyContainer } from "../../pod/containers.ts";
import type { References } from "../../references.ts";
import { KeyedLock } from "../keyed-lock.ts";
import { readClaims, writeClaims } from "./claim-checkpoint.ts";
import type { DraDrivers } from "./dra-drivers.ts";

export interface NodeDeviceClaimsOptions {
  readonly drivers: DraDrivers;
  readonly references: Pick<References, "resourceClaim">;
  /** Where it is noted what is prepared. */
  readonly checkpoint: string;
}

/** The devices of this node's pods, by its drivers. What is to be prepared is noted before a driver is called, as upstream. */
export function nodeDeviceClaims(options: NodeDeviceClaimsOptions): DeviceClaims {
  return new NodeDeviceClaims(options);
}

class NodeDeviceClaims implements DeviceClaims {
  readonly #options: NodeDeviceClaimsOptions;
  readonly #locks = new KeyedLock();
  /** Uids of claims that this kubelet has prepared; a kubelet that starts anew asks their drivers once more. */
  readonly #prepared = new Set<string>();
  #known: Promise<Map<string, ClaimInfo>> | undefined;
  constructor(options: NodeDeviceClaimsOptions) {
    this.#options = options;
  }

  async prepare(pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      const claims = await Promise.all(claimsOf(pod).map((named) => this.#allowed(pod, named, signal)));
      if (claims.length === 0) return;
      await this.#locked(
        claims.map(({ metadata }) => keyOf(metadata)),
        () => this.#prepare(pod, claims, signal),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw failure(`prepare dynamic resources: ${messageOf(error)}`);
    }
  }

  async cdiNames(pod: Pod, container: AnyContainer): Promise<readonly string[]> {
    const uses = usesOf(pod, container);
    if (uses.length === 0) return [];
    const known = await this.#claims();
    const { namespace = "" } = pod.metadata;
    return uses.flatMap(({ claim, request }) => {
      const info = known.get(keyOf({ namespace, name: claim }));
      if (info === undefined) throw failure(`ResourceClaim ${claim} in namespace ${namespace} is not prepared`);
      return cdiNames(info, request);
    });
  }

  async unprepare(podUid: string, signal: AbortSignal): Promise<void> {
    const keys = [...(await this.#claims())].filter(([, { pods }]) => pods.includes(podUid)).map(([key]) => key);
    if (keys.length === 0) return;
    try {
      await this.#locked(keys, () => this.#unprepare(podUid, keys, signal));
    } catch (error) {
      signal.throwIfAborted();
      throw failure(`unprepare dynamic resources: ${messageOf(error)}`);
    }
  }

  async podUids(): Promise<readonly string[]> {
    return [...new Set([...(await this.#claims()).values()].flatMap(({ pods }) => pods))];
  }

  #claims(): Promise<Map<string, ClaimInfo>> {
    this.#known ??= readClaims(this.#options.checkpoint).then(
      (claims) => new Map(claims.map((info) => [keyOf(info), info])),
      (error: unknown) => {
        this.#known = undefined;
        throw error;
      },
    );
    return this.#known;
  }

  async #save(known: ReadonlyMap<string, ClaimInfo>): Promise<void> {
    // One after another, each with all that is known when its turn comes.
    await this.#locks.run("", () => writeClaims(this.#options.checkpoint, [...known.values()]));
  }

  /** In the order of the keys, so that two pods never wait for each other. */
  #locked(keys: readonly string[], work: () => Promise<void>): Promise<void> {
    const [first, ...rest] = [...new Set(keys)].sort();
    return first === undefined ? work() : this.#locks.run(first, () => this.#locked(rest, work));
  }

  /** Nothing is noted of a pod whose claims cannot be prepared: it can go without its drivers. */
  async #allowed(pod: Pod, named: NamedClaim, signal: AbortSignal): Promise<ResourceClaim> {
    const { drivers, references } = this.#options;
    const { name } = named;
    const claim = await references.resourceClaim(pod.metadata.namespace ?? "", name, signal);
    if (claim === undefined)
      throw new Error(`fetch ResourceClaim ${name}: resourceclaims.resource.k8s.io ${JSON.stringify(name)} not found`);
    const refusal = claimRefusal(pod, claim, named);
    if (refusal !== undefined) throw new Error(refusal);
    for (const driver of newClaimInfo(claim).drivers.keys()) drivers.get(driver);
    return claim;
  }

  async #prepare(pod: Pod, claims: readonly ResourceClaim[], signal: AbortSignal): Promise<void> {
    const known = await this.#claims();
    const next = claims.map((claim) => {
      const info = known.get(keyOf(claim.metadata)) ?? newClaimInfo(claim);
      if (info.uid === claim.metadata.uid) return withPod(info, pod.metadata.uid ?? "");
      throw new Error(
        `old ResourceClaim with same name ${info.name} and different UID ${info.uid} still exists (previous pod force-deleted?!)`,
      );
    });
    for (const info of next) known.set(keyOf(info), info);
    await this.#save(known);
    const waiting = next.filter(({ uid }) => !this.#prepared.has(uid));
    for (const [driver, batch] of byDriver(waiting)) {
      const { claims: replies = {} } = await this.#options.drivers.get(driver).prepare(batch.map(asMessage), signal);
      checkReplies("NodePrepareResources", batch, replies);
      for (const info of batch) {
        const { devices = [] } = replies[info.uid] ?? {};
        known.set(keyOf(info), withDevices(known.get(keyOf(info)) ?? info, driver, devices));
      }
    }
    if (waiting.length === 0) return;
    await this.#save(known);
    for (const { uid } of waiting) this.#prepared.add(uid);
  }

  async #unprepare(podUid: string, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const known = await this.#claims();
    const held = keys.flatMap((key) => known.get(key) ?? []).filter(({ pods }) => pods.includes(podUid));
    const last = held.filter(({ pods }) => pods.length === 1);
    for (const [driver, batch] of byDriver(last)) {
      const { claims: replies = {} } = await this.#options.drivers.get(driver).unprepare(batch.map(asMessage), signal);
      checkReplies("NodeUnprepareResources", batch, replies);
    }
    for (const info of held) {
      if (!last.includes(info)) known.set(keyOf(info), withoutPod(info, podUid));
      else {
        known.delete(keyOf(info));
        this.#prepared.delete(info.uid);
      }
    }
    await this.#save(known);
  }
}

function keyOf({ namespace = "", name }: { readonly namespace?: string | undefined; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** Throws for what a driver refuses, leaves out, or was not asked for. */
function checkReplies(
  method: string,
  batch: readonly ClaimInfo[],
  replies: Readonly<Record<string, { readonly error?: string | undefined }>>,
): void {
  for (const [uid, { error = "" }] of Object.entries(replies)) {
    const info = batch.find((one) => one.uid === uid);
    if (info === undefined) throw new Error(`${method} returned result for unknown claim UID ${uid}`);
    if (error !== "") throw new Error(`${method} failed for ResourceClaim ${info.name}: ${error}`);
  }
  const left = batch.filter(({ uid }) => !(uid in replies)).length;
  if (left > 0) throw new Error(`${method} skipped ${left} ResourceClaims`);
}

function asMessage({ namespace, name, uid }: ClaimInfo): DeviceClaim {
  return { namespace, name, uid };
}

/** Each driver with all claims that have devices of it. */
function byDriver(claims: readonly ClaimInfo[]): ReadonlyMap<string, readonly ClaimInfo[]> {
  const names = new Set(claims.flatMap(({ drivers }) => [...drivers.keys()]));
  return new Map([...names].sort().map((name) => [name, claims.filter(({ drivers }) => drivers.has(name))]));
}

function failure(message: string): OperatingError {
  return new OperatingError("DevicesNotPrepared", message);
}
