import { isStatus, StatusError } from "@skates/apimachinery";
import { type Binding, type Pod, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Clock, isAbort } from "@skates/component-base";
import type { BindOutcome } from "./bind-outcome.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** How often and how far apart it is asked what became of a binding without an answer. */
const ASK_AGAIN_MS = 1_000;

/**
 * Binds a pod to a node. An answer that got lost is no answer: it is asked until it is known whether the pod is bound, so that neither
 * the pod nor its place is given away twice. Rejects only when aborted.
 */
export async function bindPod(
  { client, clock }: { readonly client: Client; readonly clock: Clock },
  { info, nodeName }: { readonly info: PodInfo; readonly nodeName: string },
  signal: AbortSignal,
): Promise<BindOutcome> {
  const { name, namespace, uid } = info.pod.metadata;
  const binding: Binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, uid },
    target: { kind: "Node", name: nodeName },
  };
  const typed = client.resource<Pod>(pods);
  try {
    await typed.sub("binding").create({ name, namespace }, binding, {}, signal);
    return { kind: "bound" };
  } catch (error) {
    if (isAbort(error, signal) || signal.aborted) throw error;
    if (isStatus(error, "NotFound")) return { kind: "gone" };
    if (error instanceof StatusError && error.code < 500 && !isStatus(error, "Conflict"))
      return { kind: "failed", error };
    const cause = error instanceof Error ? error : new Error(String(error));
    for (;;) {
      const now = await currentPod();
      if (now === "gone" || (now !== undefined && now.metadata.uid !== uid)) return { kind: "gone" };
      if (now?.spec.nodeName === nodeName) return { kind: "bound" };
      if (now !== undefined)
        return (now.spec.nodeName ?? "") === "" ? { kind: "failed", error: cause } : { kind: "gone" };
      await clock.sleep(ASK_AGAIN_MS, signal);
    }
  }

  /** Undefined: it cannot be told now. */
  async function currentPod(): Promise<Pod | "gone" | undefined> {
    try {
      return await typed.get({ name, namespace }, {}, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return isStatus(error, "NotFound") ? "gone" : undefined;
    }
  }
}
