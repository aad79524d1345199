import { type PersistentVolumeClaim, persistentVolumeClaims, type Pod, podClaims, pods } from "@skates/api/core/v1";
import { compareResourceVersions, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { type Informers, keyWorker, withFinalizer, withoutFinalizer } from "@skates/controller-runtime";
import { claimId, claimsOfPod } from "../persistent-volume/storage-view.ts";
import { CLAIM_FINALIZER, claimStep, isShutDown, usesClaim } from "./claim-use.ts";

export interface ClaimProtectionOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
}

/** How soon it is looked again after the server knew a user that is not seen yet. */
const CATCH_UP_MS = 1000;

/** Pods with claims that the server has told of. */
interface Listed {
  readonly namespace: string | undefined;
  readonly resourceVersion: string;
  readonly pods: readonly Pod[];
}

/**
 * Claims that are being deleted go once no pod on a node uses them; pods that have no node yet do not start with such a claim. Before the
 * last protection is taken the server itself is asked for pods: one that is just not seen yet would lose its data.
 */
export function claimProtectionController({ client, informers, env }: ClaimProtectionOptions): Component {
  const claims = informers.for(persistentVolumeClaims);
  const seen = informers.for(pods, { indexes: { claim: claimsOfPod } });
  const api = client.resource<PersistentVolumeClaim>(persistentVolumeClaims);
  let listed: Listed | undefined;

  /** As of the claim's deletion or later: claims that are deleted together are looked after with one list. */
  async function podsSince({ metadata }: PersistentVolumeClaim, signal: AbortSignal): Promise<readonly Pod[]> {
    const { namespace, resourceVersion = "" } = metadata;
    const fits = listed?.namespace === namespace && isAtLeast(listed?.resourceVersion, resourceVersion);
    if (listed !== undefined && fits) return listed.pods;
    const now = await client.resource<Pod>(pods).list({ namespace }, signal);
    const users = now.items.filter((pod) => podClaims(pod).length > 0);
    listed = { namespace, resourceVersion: now.resourceVersion, pods: users };
    return users;
  }

  return keyWorker({
    name: "pvc-protection-controller",
    env,
    informers: [claims, seen],
    failure: "the protection of a claim could not be looked after",
    follow: (add) => [
      claims.subscribe(({ type, object }) => {
        if (type !== "deleted" && claimStep(object, []) !== "nothing") add(keyOf(object));
      }),
      seen.subscribe(({ type, object }) => {
        const lets = type === "deleted" || (object.spec.nodeName ?? "") === "" || isShutDown(object);
        if (!lets) return;
        for (const key of claimsOf(object)) {
          const claim = claims.get(key);
          if (claim !== undefined && claimStep(claim, []) !== "nothing") add(key);
        }
      }),
    ],
    async work(key, signal) {
      const claim = claims.get(key);
      if (claim === undefined) return undefined;
      const step = claimStep(claim, seen.by("claim", claimId(key)));
      if (step === "protect") await api.update(withFinalizer(claim, CLAIM_FINALIZER), {}, signal);
      if (step !== "ask") return undefined;
      if ((await podsSince(claim, signal)).some((pod) => usesClaim(pod, claim))) {
        listed = undefined;
        return CATCH_UP_MS;
      }
      await api.update(withoutFinalizer(claim, CLAIM_FINALIZER), {}, signal);
      return undefined;
    },
  });
}

function isAtLeast(known: string | undefined, wanted: string): boolean {
  return known !== undefined && known !== "" && wanted !== "" && compareResourceVersions(known, wanted) >= 0;
}

function claimsOf(pod: Pod): readonly ObjectKey[] {
  return podClaims(pod).map(({ name }) => ({ namespace: pod.metadata.namespace, name }));
}
