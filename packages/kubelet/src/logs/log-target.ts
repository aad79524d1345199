import { badRequest, StatusError } from "@skates/apimachinery";
import type { ContainerStatus, Pod } from "@skates/api/core/v1";
import { findContainer } from "../pod/containers.ts";

/** The id of the container whose log is meant. Throws refusals with upstream's texts. */
export function logTarget(pod: Pod, name: string, previous: boolean): string {
  const podName = pod.metadata.name;
  if (findContainer(pod, name) === undefined) {
    throw new StatusError("NotFound", `container ${JSON.stringify(name)} not found in pod ${JSON.stringify(podName)}`);
  }
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const status = all.find((s) => s.name === name);
  const text = `container ${JSON.stringify(name)} in pod ${JSON.stringify(podName)}`;
  if (status === undefined) throw badRequest(`${text} is not available`);
  const id = previous ? previousId(status, text) : currentId(status, text);
  return id.slice(id.indexOf("://") + 3);
}

function previousId({ lastState }: ContainerStatus, text: string): string {
  const id = lastState?.terminated?.containerID ?? "";
  if (id === "") throw badRequest(`previous terminated ${text} not found`);
  return id;
}

function currentId({ state, lastState, containerID }: ContainerStatus, text: string): string {
  const last = lastState?.terminated?.containerID ?? "";
  if (state?.running !== undefined) return containerID ?? "";
  const ended = state?.terminated?.containerID ?? "";
  if (ended !== "") return ended;
  if (last !== "") return last;
  if (state?.terminated !== undefined || lastState?.terminated !== undefined) throw badRequest(`${text} is terminated`);
  switch (state?.waiting?.reason) {
    case "ErrImagePull":
      throw badRequest(`${text} is waiting to start: image can't be pulled`);
    case "ImagePullBackOff":
      throw badRequest(`${text} is waiting to start: trying and failing to pull image`);
    case undefined:
      throw badRequest(`${text} is waiting to start - no logs yet`);
    default:
      throw badRequest(`${text} is waiting to start: ${state?.waiting?.reason ?? ""}`);
  }
}
