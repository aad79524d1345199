import { type PersistentVolumeClaim, persistentVolumeClaims, type Pod, podClaims, pods } from "@skates/api/core/v1";
import { keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { hasFinalizer, type Informers, keyWorker, withoutFinalizer } from "@skates/controller-runtime";
import { claimId, claimsOfPod } from "../persistent-volume/storage-view.ts";

export interface ClaimProtectionOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
}

const FINALIZER = "kubernetes.io/pvc-protection";
/** How soon it is looked again after the server knew a user that is not seen yet. */
const CATCH_UP_MS = 1000;

/**
 * Claims that are being deleted go once no pod on a node uses them; pods that have no node yet do not start with such a claim. Before the
 * last protection is taken the server itself is asked for pods: one that is just not seen yet would lose its data.
 */
export function claimProtectionController({ client, informers, env }: ClaimProtectionOptions): Component {
  const claims = informers.for(persistentVolumeClaims);
  const seen = informers.for(pods, { indexes: { claim: claimsOfPod } });
  return keyWorker({
    name: "pvc-protection-controller",
    env,
    informers: [claims, seen],
    failure: "the protection of a claim could not be looked after",
    follow: (add) => [
      claims.subscribe(({ type, object }) => {
        if (type !== "deleted" && isProtected(object)) add(keyOf(object));
      }),
      seen.subscribe(({ type, object }) => {
        if (type !== "deleted" && (object.spec.nodeName ?? "") === "") return;
        for (const key of claimsOf(object)) if (isProtected(claims.get(key))) add(key);
      }),
    ],
    async work(key, signal) {
      const claim = claims.get(key);
      if (claim === undefined || !isProtected(claim)) return undefined;
      const { namespace } = key;
      if (seen.by("claim", claimId(key)).some((pod) => uses(pod, key))) return undefined;
      const now = await client.resource<Pod>(pods).list({ namespace }, signal);
      if (now.items.some((pod) => uses(pod, key))) return CATCH_UP_MS;
      const api = client.resource<PersistentVolumeClaim>(persistentVolumeClaims);
      await api.update(withoutFinalizer(claim, FINALIZER), {}, signal);
      return undefined;
    },
  });
}

function isProtected(claim: PersistentVolumeClaim | undefined): boolean {
  return claim?.metadata.deletionTimestamp !== undefined && hasFinalizer(claim, FINALIZER);
}

function claimsOf(pod: Pod): readonly ObjectKey[] {
  return podClaims(pod).map(({ name }) => ({ namespace: pod.metadata.namespace, name }));
}

function uses(pod: Pod, { name }: ObjectKey): boolean {
  return (pod.spec.nodeName ?? "") !== "" && podClaims(pod).some((claim) => claim.name === name);
}
