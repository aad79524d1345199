import type { Pod } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import { claimsDevices } from "./dra/pod-devices.ts";
import type { AnyContainer } from "./pod/containers.ts";

/**
 * The devices that pods claim: prepared by their drivers before a sandbox is made, given back when nothing of the pod runs any more and
 * before its status says so. Failures are OperatingErrors in upstream's words.
 */
export interface DeviceClaims {
  /** Has all claims of a pod prepared. May be called again. */
  prepare(pod: Pod, signal: AbortSignal): Promise<void>;
  /** By which names the runtime finds the devices of a container. Throws for claims that are not prepared. */
  cdiNames(pod: Pod, container: AnyContainer): Promise<readonly string[]>;
  /** Gives back what nobody but this pod uses. May be called again, and for pods that claimed nothing. */
  unprepare(podUid: string, signal: AbortSignal): Promise<void>;
  /** Pods for which something is prepared, or was about to be. */
  podUids(): Promise<readonly string[]>;
}

/** Of nodes that have no devices: pods that claim some wait. */
export const noDeviceClaims: DeviceClaims = {
  prepare: (pod) =>
    claimsDevices(pod)
      ? Promise.reject(new OperatingError("DeviceDriverMissing", "this node has no DRA drivers"))
      : Promise.resolve(),
  cdiNames: () => Promise.resolve([]),
  unprepare: () => Promise.resolve(),
  podUids: () => Promise.resolve([]),
};
