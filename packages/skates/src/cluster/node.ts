import { silentLogger } from "@skates/component-base";
import { deleteNodeState, findContainerd, removeNodeRoutes, stopContainerd } from "@skates/kubelet/node";
import type { Paths } from "./data-dir.ts";

/** Ends the cluster's own containerd, if it runs; containers go on under their shims. */
export async function stopContainerRuntime(paths: Paths, signal: AbortSignal): Promise<boolean> {
  if ((await findContainerd(paths.node)) === undefined) return false;
  await stopContainerd(paths.node, signal);
  return true;
}

/** Ends all containers and takes away, with the routes to the cluster's pods (`podCidr`), all that the node has left on this machine outside its data directory. */
export async function clearNode(paths: Paths, podCidr: string | undefined, signal: AbortSignal): Promise<void> {
  await deleteNodeState(paths.node, silentLogger, signal);
  if (podCidr !== undefined) await removeNodeRoutes(podCidr, signal);
}
