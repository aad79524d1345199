import { isStatus } from "@skates/apimachinery";
import { type Lease, leases } from "@skates/api/coordination/v1";
import type { Node } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import { microTimeText } from "../status/time-text.ts";

export interface NodeLeaseOptions {
  readonly nodeName: string;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** The Node object, once it is there: it owns the lease. */
  node(): Node | undefined;
}

const NAMESPACE = "kube-node-lease";
const DURATION_SECONDS = 40;
const RENEW_MS = 10_000;
const RETRY_MS = 2000;

/** Renews the lease by which the control plane knows that the node is alive. */
export async function runNodeLease(options: NodeLeaseOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options;
  let lease: Lease | undefined;
  try {
    while (!signal.aborted) {
      let waitMs = RENEW_MS;
      try {
        lease = await renew(options, lease, signal);
      } catch (error) {
        if (isAbort(error, signal)) return;
        lease = undefined; // taken anew next time: it may have been changed or removed
        waitMs = RETRY_MS;
        log.warn("node lease could not be renewed", { error: messageOf(error) });
      }
      await clock.sleep(waitMs, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

async function renew(options: NodeLeaseOptions, known: Lease | undefined, signal: AbortSignal): Promise<Lease> {
  const { nodeName, client, clock } = options;
  const api = client.resource<Lease>(leases);
  const renewTime = microTimeText(clock.nowMs());
  const found = known ?? (await find());
  if (found === undefined) return await api.create(fresh(options, renewTime), {}, signal);
  const spec = { ...found.spec, holderIdentity: nodeName, leaseDurationSeconds: DURATION_SECONDS, renewTime };
  return await api.update({ ...found, spec }, {}, signal);

  async function find(): Promise<Lease | undefined> {
    try {
      return await api.get({ namespace: NAMESPACE, name: nodeName }, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

function fresh({ nodeName, node }: NodeLeaseOptions, renewTime: string): Lease {
  const uid = node()?.metadata.uid;
  const ownerReferences = uid === undefined ? undefined : [{ apiVersion: "v1", kind: "Node", name: nodeName, uid }];
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: nodeName, namespace: NAMESPACE, ...(ownerReferences === undefined ? {} : { ownerReferences }) },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: DURATION_SECONDS, renewTime },
  };
}
