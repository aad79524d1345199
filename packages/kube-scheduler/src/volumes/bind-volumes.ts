import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Clock, deadline } from "@skates/component-base";
import type { VolumePlan } from "./volume-plan.ts";
import { claimKey, isBound, type Volumes } from "./volumes.ts";

export interface BindVolumesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly volumes: Volumes;
  readonly timeoutMs: number;
}

const LOOK_MS = 200;
const { selectedNode: SELECTED_NODE, boundByController: BOUND_BY_CONTROLLER } = VOLUME_ANNOTATIONS;

/**
 * Binds the volumes of a plan to their claims and asks for those that are to be made, then waits until the volume controller has bound
 * all claims. Rejects with the reason where it does not come to that.
 */
export async function bindVolumes(
  options: BindVolumesOptions,
  { plan, nodeName }: { readonly plan: VolumePlan; readonly nodeName: string },
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, volumes, timeoutMs } = options;
  using limit = deadline(clock, timeoutMs, signal);
  try {
    for (const { claim, volume } of plan.bindings) await bindVolume(client, { claim, volume }, limit.signal);
    for (const claim of plan.provisions) await selectNode(client, { claim, nodeName }, limit.signal);
    const waiting = [...plan.bindings.map(({ claim }) => claim), ...plan.provisions];
    const provisioned = new Set(plan.provisions.map(claimKey));
    while (!waiting.every((claim) => arrived(claim, { volumes, nodeName, provisioned }))) {
      await clock.sleep(LOOK_MS, limit.signal);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const cause = limit.expired() ? new Error("timed out waiting for the condition") : error;
    throw new Error(`binding volumes: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Gives the volume to the claim; the volume controller does the same for the claim. */
async function bindVolume(
  client: Client,
  { claim, volume }: { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume },
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid } = claim.metadata;
  const { claimRef } = volume.spec ?? {};
  if (claimRef?.uid !== undefined && claimRef.uid === uid) return;
  const next: PersistentVolume = {
    ...volume,
    metadata: {
      ...volume.metadata,
      annotations: {
        ...volume.metadata.annotations,
        ...(claimRef === undefined ? { [BOUND_BY_CONTROLLER]: "yes" } : {}),
      },
    },
    spec: {
      ...volume.spec,
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
    },
  };
  await client.resource<PersistentVolume>(persistentVolumes).update(next, {}, signal);
}

/** Tells the provisioner for which node a volume is wanted. */
async function selectNode(
  client: Client,
  { claim, nodeName }: { readonly claim: PersistentVolumeClaim; readonly nodeName: string },
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid, annotations } = claim.metadata;
  if (annotations?.[SELECTED_NODE] === nodeName) return;
  const body = { metadata: { uid, annotations: { [SELECTED_NODE]: nodeName } } };
  await client
    .resource<PersistentVolumeClaim>(persistentVolumeClaims)
    .patch({ name, namespace }, { type: "merge", body }, {}, signal);
}

/** Throws where it can no longer come to that. */
function arrived(
  { metadata }: PersistentVolumeClaim,
  {
    volumes,
    nodeName,
    provisioned,
  }: { readonly volumes: Volumes; readonly nodeName: string; readonly provisioned: ReadonlySet<string> },
): boolean {
  const { namespace = "", name, uid, resourceVersion } = metadata;
  const now = volumes.claim(namespace, name);
  if (now === undefined || now.metadata.uid !== uid) throw new Error(`pvc ${namespace}/${name} was deleted`);
  if (isBound(now)) return true;
  // A provisioner that cannot make the volume takes the node back, so that another is tried.
  const seen = now.metadata.resourceVersion !== resourceVersion;
  if (seen && provisioned.has(claimKey(now)) && now.metadata.annotations?.[SELECTED_NODE] !== nodeName) {
    throw new Error(`selectedNode annotation reset for PVC ${JSON.stringify(name)}`);
  }
  return false;
}
