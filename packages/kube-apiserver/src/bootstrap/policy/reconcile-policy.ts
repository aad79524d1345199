import {
  clusterRoleBindings,
  clusterRoles,
  type PolicyRule,
  roleBindings,
  roles,
  type Subject,
} from "@skates/api/rbac/v1";
import { type ApiObject, equalValues, isStatus, keyOf, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { missingRights } from "../../authorization/rbac/policy-rules.ts";
import type { DefaultPolicy } from "./default-policy.ts";

/** Where the policy is kept. */
export interface PolicyStore {
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
}

const LANES = 8;
const AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

interface Granting extends ApiObject {
  readonly rules?: readonly PolicyRule[] | undefined;
  readonly subjects?: readonly Subject[] | undefined;
  readonly roleRef?: unknown;
  readonly aggregationRule?: unknown;
}

/**
 * Makes default roles and bindings that are missing, and gives back what somebody took from those that are there; what was added
 * stays, and those annotated `autoupdate: "false"` are left alone. Roles come before bindings.
 */
export async function reconcilePolicy(store: PolicyStore, policy: DefaultPolicy, signal: AbortSignal): Promise<void> {
  await inLanes(
    [
      ...policy.clusterRoles.map((wanted) => () => reconcile(store, { resource: clusterRoles, wanted }, signal)),
      ...policy.roles.map((wanted) => () => reconcile(store, { resource: roles, wanted }, signal)),
    ],
    signal,
  );
  await inLanes(
    [
      ...policy.clusterRoleBindings.map(
        (wanted) => () => reconcile(store, { resource: clusterRoleBindings, wanted }, signal),
      ),
      ...policy.roleBindings.map((wanted) => () => reconcile(store, { resource: roleBindings, wanted }, signal)),
    ],
    signal,
  );
}

/**
 * Some at a time: enough that the store commits them together, and few enough that others get their turn. A store that is away for a
 * while ends nothing: it has been tried for some seconds when that is told, so that trying again at once is no hurry.
 */
async function inLanes(tasks: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const waiting = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      try {
        await task();
      } catch (error) {
        if (!isStatus(error, "ServiceUnavailable") && !isStatus(error, "Timeout")) throw error;
        signal.throwIfAborted();
        waiting.push(task);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function reconcile<T extends Granting>(
  { registry, client }: PolicyStore,
  { resource, wanted }: { readonly resource: Resource<T>; readonly wanted: T },
  signal: AbortSignal,
): Promise<void> {
  const key = keyOf(wanted);
  const objects = client.resource(resource);
  const found = await registry.find(resource, key, signal);
  try {
    if (found !== undefined) {
      if (found.metadata.annotations?.[AUTOUPDATE] === "false") return;
      if (equalValues(found.roleRef, wanted.roleRef)) {
        const repaired = repair(found, wanted);
        if (repaired !== found) await objects.update(repaired, {}, signal);
        return;
      }
      // What a binding grants cannot be changed: it is made anew.
      await objects.delete(key, {}, signal);
    }
    await objects.create(wanted, {}, signal);
  } catch (error) {
    // Another server is at the same work, or the namespace is going.
    if (!isStatus(error, "AlreadyExists") && !isStatus(error, "Conflict") && !isStatus(error, "NotFound")) throw error;
  }
}

/** The object with what is missing of the default one; the same when nothing is. */
export function repair<T extends Granting>(found: T, wanted: T): T {
  const labels = { ...found.metadata.labels, ...wanted.metadata.labels };
  const annotations = { ...found.metadata.annotations, ...wanted.metadata.annotations };
  const marked =
    equalValues(labels, found.metadata.labels) && equalValues(annotations, found.metadata.annotations)
      ? found
      : { ...found, metadata: { ...found.metadata, labels, annotations } };
  if (wanted.aggregationRule !== undefined) {
    // Its rules are collected by a controller.
    return equalValues(found.aggregationRule, wanted.aggregationRule)
      ? marked
      : { ...marked, aggregationRule: wanted.aggregationRule };
  }
  const subjects = (wanted.subjects ?? []).filter(
    (subject) => !(found.subjects ?? []).some((held) => equalValues(held, subject)),
  );
  const held = found.rules ?? [];
  const rules = (wanted.rules ?? []).filter((rule) => missingRights(held, [rule]).length > 0);
  if (subjects.length === 0 && rules.length === 0) return marked;
  return {
    ...marked,
    ...(subjects.length === 0 ? {} : { subjects: [...(found.subjects ?? []), ...subjects] }),
    ...(rules.length === 0 ? {} : { rules: [...held, ...rules] }),
  };
}
