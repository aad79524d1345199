import { type ComponentStatus, componentStatuses } from "@skates/api/core/v1";
import { notFound } from "@skates/apimachinery";
import { looseListResponse, looseResponse, type SpecialHandler } from "@skates/apiserver";
import { hasCode, messageOf } from "@skates/component-base";
import type { RevisionStore } from "@skates/storage";

/** Upstream's name for where objects are kept. */
const STORE = "etcd-0";

/** `componentstatuses`: the health of the store, the only other component that the API server itself can ask. */
export function componentStatusHandler(store: Pick<RevisionStore, "head">): SpecialHandler {
  return {
    group: "",
    resource: "componentstatuses",
    verbs: ["get", "list"],
    async handle({ route, signal }) {
      if (route.name !== "" && route.name !== STORE) throw notFound(componentStatuses, route.name);
      const status = await storeStatus(store, signal);
      return route.name === ""
        ? looseListResponse(componentStatuses, [status])
        : looseResponse(200, componentStatuses, status);
    },
  };
}

async function storeStatus(store: Pick<RevisionStore, "head">, signal: AbortSignal): Promise<ComponentStatus> {
  const of = { kind: "ComponentStatus", apiVersion: "v1", metadata: { name: STORE } };
  try {
    await store.head(signal);
    return { ...of, conditions: [{ type: "Healthy", status: "True", message: "ok" }] };
  } catch (error) {
    if (!["Unavailable", "Closed", "WriteFailed", "DiskFull"].some((code) => hasCode(error, code))) throw error;
    return { ...of, conditions: [{ type: "Healthy", status: "False", message: messageOf(error) }] };
  }
}
