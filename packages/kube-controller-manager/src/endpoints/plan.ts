import { equalValues, isStatus, type ObjectKey } from "@skates/apimachinery";
import { type EndpointAddress, type Endpoints, endpoints, type Pod, type Service } from "@skates/api/core/v1";
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
import { podCondition } from "../pod/pod-state.ts";
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
/** When the change came about that was written last. */
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
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
  const wanted = endpointsOf(service, subsetsOf(service, pods), current);
  const next = triggeredAt(
    wanted,
    current === undefined ? service.metadata.creationTimestamp : changedAt(current, wanted, pods),
  );
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
    current.metadata.annotations?.[OVER_CAPACITY] === next.metadata.annotations?.[OVER_CAPACITY];
  return same ? [] : [update(endpoints, next)];
}

function triggeredAt(next: Endpoints, time: string | undefined): Endpoints {
  const { [TRIGGER_TIME]: _before, ...others } = next.metadata.annotations ?? {};
  const annotations = time === undefined ? others : { ...others, [TRIGGER_TIME]: time };
  const metadata = { ...next.metadata, annotations: Object.keys(annotations).length === 0 ? undefined : annotations };
  return { ...next, metadata };
}

/** When the first of the pods that are shown otherwise than before became ready or ceased to be, for those who measure how long it takes. */
function changedAt(current: Endpoints, next: Endpoints, pods: readonly Pod[]): string | undefined {
  const [before, after] = [readinessByPod(current), readinessByPod(next)];
  const times = pods.flatMap((pod) => {
    const { uid = "" } = pod.metadata;
    return before.get(uid) === after.get(uid) ? [] : (podCondition(pod, "Ready")?.lastTransitionTime ?? []);
  });
  return times.reduce<string | undefined>(
    (first, time) => (first === undefined || time < first ? time : first),
    undefined,
  );
}

/** Pods by uid, and whether they are among the ready ones. */
function readinessByPod({ subsets = [] }: Endpoints): ReadonlyMap<string, boolean> {
  const uids = (addresses: readonly EndpointAddress[] = []) => addresses.map(({ targetRef }) => targetRef?.uid ?? "");
  return new Map(
    subsets.flatMap(({ addresses, notReadyAddresses }) => [
      ...uids(notReadyAddresses).map((uid) => [uid, false] as const),
      ...uids(addresses).map((uid) => [uid, true] as const),
    ]),
  );
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
