import type { PreparedDevice } from "@skates/api/dra/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";

/** What a node knows of a claim whose devices it has prepared, or is about to prepare. */
export interface ClaimInfo {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Uids of the pods that use it here. */
  readonly pods: readonly string[];
  /** By the name of the driver; of one that gave no devices an empty list. */
  readonly drivers: ReadonlyMap<string, readonly PreparedDevice[]>;
}

/** A claim that nothing is prepared of yet. */
export function newClaimInfo({ metadata, status }: ResourceClaim): ClaimInfo {
  const { namespace = "", name, uid = "" } = metadata;
  const results = status?.allocation?.devices?.results ?? [];
  return { namespace, name, uid, pods: [], drivers: new Map(results.map(({ driver }) => [driver, []])) };
}

export function withPod(info: ClaimInfo, podUid: string): ClaimInfo {
  return info.pods.includes(podUid) ? info : { ...info, pods: [...info.pods, podUid] };
}

export function withoutPod(info: ClaimInfo, podUid: string): ClaimInfo {
  return { ...info, pods: info.pods.filter((uid) => uid !== podUid) };
}

/** In the place of what the driver said before. */
export function withDevices(info: ClaimInfo, driver: string, devices: readonly PreparedDevice[]): ClaimInfo {
  return { ...info, drivers: new Map([...info.drivers, [driver, devices]]) };
}

/** Names by which the runtime finds the devices of a request; undefined: of all requests. */
export function cdiNames(info: ClaimInfo, request: string | undefined): readonly string[] {
  return [...info.drivers.values()].flat().flatMap(({ requestNames = [], cdiDeviceIds = [] }) => {
    const wanted = request === undefined || requestNames.length === 0 || requestNames.includes(request);
    return wanted ? cdiDeviceIds : [];
  });
}
