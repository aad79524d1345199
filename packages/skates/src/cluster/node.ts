import { silentLogger } from "@skates/component-base";
import { deleteNodeState, findContainerd, stopContainerd } from "@skates/kubelet/node";
import type { Paths } from "./data-dir.ts";

/** Ends the cluster's own containerd, if it runs; containers go on under their shims. */
export async function stopContainerRuntime(paths: Paths, signal: AbortSignal): Promise<boolean> {
  if ((await findContainerd(paths.node)) === undefined) return false;
  await stopContainerd(paths.node, signal);
  return true;
}

/** Ends all containers and takes away all that the node has left on this machine outside its data directory. */
export async function clearNode(paths: Paths, signal: AbortSignal): Promise<void> {
  await deleteNodeState(paths.node, silentLogger, signal);
}
