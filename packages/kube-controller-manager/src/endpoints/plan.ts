import { equalValues, isStatus, type ObjectKey } from "@skates/apimachinery";
import { type Endpoints, endpoints, type Pod, type Service } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  update,
} from "@skates/controller-runtime";
import { chooses } from "../endpoint-slice/chooses.ts";
import { subsetsOf, truncated } from "./subsets.ts";

/** What the plan of a service's Endpoints looks at. */
export interface EndpointsView {
  readonly services: Lister<Service>;
  readonly pods: Lister<Pod>;
  readonly endpoints: Lister<Endpoints>;
}

export const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const MANAGER = "endpoint-controller";
const HEADLESS = "service.kubernetes.io/headless";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";

/** Lists the pods behind a service in the old form, for those who still read it. */
export function planEndpoints(
  view: EndpointsView,
  key: ObjectKey,
  _nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const service = view.services.get(key);
  const current = view.endpoints.get(key);
  if (service === undefined) return current === undefined ? NOTHING : { stages: [[deletion(endpoints, current)]] };
  const { selector, type } = service.spec ?? {};
  // Without a selector somebody else writes them.
  if (selector === undefined || Object.keys(selector).length === 0 || type === "ExternalName") return NOTHING;
  const pods = view.pods.matching(key.namespace, (labels) => chooses(selector, labels));
  const next = endpointsOf(service, subsetsOf(service, pods), current);
  const told = failures
    .filter(({ error }) => !isStatus(error, "Conflict"))
    .map(({ action, error }) => failureEvent(next, action, error.message));
  const writes = current === undefined ? [creation(endpoints, next)] : changes(current, next);
  return { stages: [told, writes].filter((stage) => stage.length > 0), mayWait: true };
}

function endpointsOf(
  service: Service,
  all: NonNullable<Endpoints["subsets"]>,
  current: Endpoints | undefined,
): Endpoints {
  const { name, namespace, labels } = service.metadata;
  const subsets = truncated(all);
  const { [OVER_CAPACITY]: _told, ...annotations } = current?.metadata.annotations ?? {};
  const told = subsets === all ? annotations : { ...annotations, [OVER_CAPACITY]: "truncated" };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      ...(current?.metadata ?? { name, namespace }),
      labels: { ...labels, [MANAGED_BY]: MANAGER, ...(headless(service) ? { [HEADLESS]: "" } : {}) },
      annotations: Object.keys(told).length === 0 ? undefined : told,
    },
    subsets: subsets.length === 0 ? undefined : subsets,
  };
}

function changes(current: Endpoints, next: Endpoints): readonly Action[] {
  const same =
    equalValues(current.subsets ?? [], next.subsets ?? []) &&
    equalValues(current.metadata.labels, next.metadata.labels) &&
    equalValues(current.metadata.annotations, next.metadata.annotations);
  return same ? [] : [update(endpoints, next)];
}

function headless({ spec }: Service): boolean {
  const { clusterIP = "" } = spec ?? {};
  return clusterIP === "" || clusterIP === "None";
}

function failureEvent(about: Endpoints, action: Action, cause: string): Action {
  const { namespace = "", name } = about.metadata;
  const [reason, what] =
    action.do === "create"
      ? ["FailedToCreateEndpoint", "Failed to create endpoint for service"]
      : ["FailedToUpdateEndpoint", "Failed to update endpoint"];
  return { do: "event", about, type: "Warning", reason, message: `${what} ${namespace}/${name}: ${cause}` };
}
