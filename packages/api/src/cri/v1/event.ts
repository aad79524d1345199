import { type Infer, int32, int64, list, opt, ref, string, struct } from "@skates/apimachinery";
import { ContainerStatus } from "./container.ts";
import { PodSandboxStatus } from "./sandbox.ts";

// The event stream of runtimes from CRI 1.26 on.

/** Values of the enumeration ContainerEventType. */
export const CONTAINER_EVENT_TYPE = {
  CONTAINER_CREATED_EVENT: 0,
  CONTAINER_STARTED_EVENT: 1,
  CONTAINER_STOPPED_EVENT: 2,
  CONTAINER_DELETED_EVENT: 3,
} as const;

export const GetEventsRequest = struct("cri/v1.GetEventsRequest", {});
export interface GetEventsRequest extends Infer<typeof GetEventsRequest> {}

export const ContainerEventResponse = struct("cri/v1.ContainerEventResponse", {
  containerId: opt(1, string, ""),
  containerEventType: opt(2, int32, ""),
  createdAt: opt(3, int64, ""),
  podSandboxStatus: opt(
    4,
    ref<PodSandboxStatus>(() => PodSandboxStatus),
    "",
  ),
  containersStatuses: opt(5, list(ref<ContainerStatus>(() => ContainerStatus)), ""),
});
export interface ContainerEventResponse extends Infer<typeof ContainerEventResponse> {}
