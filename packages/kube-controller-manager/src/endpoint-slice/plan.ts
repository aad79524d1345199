import { equalValues, isStatus, type ObjectKey } from "@skates/apimachinery";
import type { Node, Pod, Service } from "@skates/api/core/v1";
import { type Endpoint, type EndpointPort, type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import {
  type Action,
  type ActionFailure,
  controllerReference,
  controls,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  update,
} from "@skates/controller-runtime";
import { namePrefix } from "../pod/new-pod.ts";
import { podCondition } from "../pod/pod-state.ts";
import { type AddressType, addressTypesOf } from "./addresses.ts";
import { arrange } from "./arrange.ts";
import { chooses } from "./chooses.ts";
import { endpointId, endpointOf, hasEndpoint, portsId, portsOf, samePortsEverywhere } from "./endpoint.ts";
import { sliceLabels } from "./labels.ts";
import { type Draft, hintedByZoneSize, hintsByZoneSize, type ZoneShares, zoneShares } from "./zone-hints.ts";

/** What the plan of a service's slices looks at; slices have the index `service`. */
export interface EndpointSliceView {
  readonly services: Lister<Service>;
  readonly pods: Lister<Pod>;
  readonly nodes: Lister<Node>;
  readonly slices: Lister<EndpointSlice>;
  /** Uids of the services whose slices were given hints by the size of zones. */
  readonly hinted: Set<string>;
}

/** Of more of them it is not told that their hints have gone. */
const HINTED_MAX = 10_000;

/** When the change that a slice shows came about. */
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

/** Makes the slices of a service list the pods behind it. */
export function planEndpointSlices(
  view: EndpointSliceView,
  key: ObjectKey,
  _nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const service = view.services.get(key);
  // Those of a service that is gone go with it: it is their owner.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return NOTHING;
  const { selector, type } = service.spec ?? {};
  // Without a selector somebody else writes the slices.
  if (selector === undefined || Object.keys(selector).length === 0 || type === "ExternalName") return NOTHING;
  const chosen = view.pods.matching(key.namespace, (labels) => chooses(selector, labels)).filter(hasEndpoint);
  const { placed, missing } = placePods(view, service, chosen);
  const existing = view.slices
    .by("service", `${key.namespace ?? ""}/${key.name}`)
    .filter((slice) => slice.metadata.deletionTimestamp === undefined);
  const own = existing.filter((slice) => controls(service, slice));
  const types = addressTypesOf(service);
  const sized = hintsByZoneSize(service);
  const shares = sized ? zoneShares(view.nodes.list()) : undefined;
  const families = types.map((addressType) =>
    planFamily(
      { service, addressType, sized, shares },
      placed,
      own.filter((slice) => slice.addressType === addressType),
    ),
  );
  // Also those of an earlier service of this name, whatever the garbage collector is at.
  const strange = existing.filter((slice) => !own.includes(slice) || !types.includes(slice.addressType));
  const writes = [...families.flatMap((family) => family.writes), ...strange.map(removal)];
  const told = [
    ...failures
      .filter(({ error }) => !isStatus(error, "Conflict"))
      .map(({ error }) => failureEvent(service, error.message)),
    ...(missing.length === 0 ? [] : [failureEvent(service, listed(missing))]),
    ...families.flatMap((family) => family.told),
    ...hintsGone(view, { service, sized, families, first: types[0] }),
  ];
  return { stages: [told, writes].filter((stage) => stage.length > 0), mayWait: true };
}

interface Hinting {
  readonly service: Service;
  readonly sized: boolean;
  readonly families: readonly FamilyPlan[];
  readonly first: AddressType | undefined;
}

/** Remembers which services have hints, and tells when somebody no longer wants them. */
function hintsGone({ hinted }: EndpointSliceView, { service, sized, families, first }: Hinting): readonly Action[] {
  const { uid = "" } = service.metadata;
  if (sized) {
    if (!families.some((family) => family.hinted)) hinted.delete(uid);
    else if (hinted.size < HINTED_MAX) hinted.add(uid);
    return [];
  }
  if (!hinted.delete(uid)) return [];
  const message = `Topology Aware Hints has been disabled, addressType: ${first}`;
  return [{ do: "event", about: service, type: "Warning", reason: "TopologyAwareHintsDisabled", message }];
}

interface Placed {
  readonly pod: Pod;
  readonly node: Node | undefined;
}

/** Pods and their nodes. A pod whose node is not there is left out, and said to be, unless its service shows whatever there is. */
function placePods(
  { nodes }: EndpointSliceView,
  { spec, metadata }: Service,
  pods: readonly Pod[],
): { readonly placed: readonly Placed[]; readonly missing: readonly string[] } {
  const placed: Placed[] = [];
  const missing: string[] = [];
  for (const pod of pods) {
    const { nodeName = "" } = pod.spec;
    const node = nodeName === "" ? undefined : nodes.get({ name: nodeName });
    if (node !== undefined || spec?.publishNotReadyAddresses === true) placed.push({ pod, node });
    else {
      const about = `skipping Pod ${pod.metadata.name} for Service ${metadata.namespace}/${metadata.name}`;
      missing.push(`${about}: Node ${nodeName} Not Found`);
    }
  }
  return { placed, missing };
}

/** Several errors as upstream joins them. */
function listed(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]`;
}

interface Family {
  readonly service: Service;
  readonly addressType: AddressType;
  /** Hints go by the size of zones; `shares` are undefined if these are not known. */
  readonly sized: boolean;
  readonly shares: ZoneShares | undefined;
}

/** One slice as it is to be; `slice` is the one that there is already. */
interface SliceDraft extends Draft {
  readonly slice: EndpointSlice | undefined;
  readonly ports: readonly EndpointPort[];
}

interface FamilyPlan {
  readonly writes: readonly Action[];
  readonly told: readonly Action[];
  /** Hints were given by the size of zones. */
  readonly hinted: boolean;
}

function planFamily(family: Family, pods: readonly Placed[], slices: readonly EndpointSlice[]): FamilyPlan {
  const groups = groupByPorts(family, pods);
  const drafts: SliceDraft[] = [];
  const created: SliceDraft[] = [];
  const deleted = slices.filter((slice) => !groups.has(portsId(slice.ports ?? [])));
  for (const [id, { ports, wanted }] of groups) {
    const same = slices.filter((slice) => portsId(slice.ports ?? []) === id);
    const arranged = arrange({ ports, wanted, slices: same, keepHints: family.sized });
    const kept = (slice: EndpointSlice, endpoints = slice.endpoints ?? [], changed = false): SliceDraft => ({
      slice,
      ports,
      endpoints,
      changed,
    });
    drafts.push(...arranged.unchanged.map((slice) => kept(slice)));
    drafts.push(...arranged.updated.map(({ slice, endpoints }) => kept(slice, endpoints, true)));
    created.push(...arranged.created.map((endpoints) => ({ slice: undefined, ports, endpoints, changed: true })));
    deleted.push(...arranged.deleted);
  }
  if (drafts.length === 0 && created.length === 0)
    return { writes: withPlaceholder(family, deleted), told: [], hinted: false };
  // What would go takes the place of what would be made.
  const reused = created.map((draft): SliceDraft => ({ ...draft, slice: deleted.shift() }));
  const hinted = withHints(family, [...drafts, ...reused]);
  const renewed = hinted.drafts.some(({ changed }) => changed);
  const triggered = renewed ? triggerTime(family, pods, slices) : undefined;
  const writes = hinted.drafts.flatMap((draft) => write(family, draft, triggered));
  return { writes: [...writes, ...deleted.map(removal)], told: hinted.told, hinted: hinted.hinted };
}

function withHints(
  { service, addressType, sized, shares }: Family,
  drafts: readonly SliceDraft[],
): Pick<FamilyPlan, "told" | "hinted"> & { readonly drafts: readonly SliceDraft[] } {
  if (!sized) return { drafts, told: [], hinted: false };
  const hinted = hintedByZoneSize(drafts, shares);
  if (hinted.told === undefined) return { drafts: hinted.drafts, told: [], hinted: true };
  const message = `${hinted.told.message}, addressType: ${addressType}`;
  const told = [{ do: "event", about: service, ...hinted.told, message } as const];
  return { drafts: hinted.drafts, told, hinted: hinted.told.type === "Normal" };
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly wanted: Endpoint[];
}

function groupByPorts(
  { service, addressType, sized }: Family,
  pods: readonly Placed[],
): ReadonlyMap<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  const alike = samePortsEverywhere(service);
  let group: PortGroup | undefined;
  for (const { pod, node } of pods) {
    const endpoint = endpointOf(pod, service, { type: addressType, node, hinted: !sized });
    if (endpoint.addresses.length === 0) continue;
    if (group === undefined || !alike) group = groupOf(groups, portsOf(pod, service));
    group.wanted.push(endpoint);
  }
  return groups;
}

function groupOf(groups: Map<string, PortGroup>, ports: readonly EndpointPort[]): PortGroup {
  const id = portsId(ports);
  const known = groups.get(id);
  if (known !== undefined) return known;
  const group: PortGroup = { ports, wanted: [] };
  groups.set(id, group);
  return group;
}

/** A service always has a slice, so that others can tell that it was seen. */
function withPlaceholder(family: Family, deleted: readonly EndpointSlice[]): readonly Action[] {
  const [first, ...others] = deleted;
  const empty = first !== undefined && (first.endpoints ?? []).length === 0 && (first.ports ?? []).length === 0;
  const draft = { slice: first, ports: [], endpoints: [], changed: !empty };
  const triggered = first === undefined ? family.service.metadata.creationTimestamp : undefined;
  return [...write(family, draft, triggered), ...others.map(removal)];
}

/** What makes or changes a slice, if it is not as it should be. */
function write(
  family: Family,
  { slice, ports, endpoints, changed }: SliceDraft,
  triggered?: string,
): readonly Action[] {
  const fresh = newSlice(family, ports, endpoints);
  if (slice === undefined) {
    const annotations = triggered === undefined ? undefined : { [TRIGGER_TIME]: triggered };
    return [creation(endpointSlices, { ...fresh, metadata: { ...fresh.metadata, annotations } })];
  }
  const { labels } = fresh.metadata;
  const same = equalValues(labels, slice.metadata.labels) && equalValues(endpoints, slice.endpoints ?? []);
  if (!changed && same) return [];
  const { [TRIGGER_TIME]: _before, ...others } = slice.metadata.annotations ?? {};
  const annotations = triggered === undefined ? others : { ...others, [TRIGGER_TIME]: triggered };
  const metadata = {
    ...slice.metadata,
    labels,
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  };
  return [update(endpointSlices, { ...slice, metadata, endpoints, ports })];
}

/**
 * When what is written now came about, for those who measure how long it takes: when the first of the pods that the slices do not show
 * yet became ready or ceased to be; for a new service, when that was made.
 */
function triggerTime(
  { service, addressType }: Family,
  pods: readonly Placed[],
  slices: readonly EndpointSlice[],
): string | undefined {
  if (slices.length === 0) return service.metadata.creationTimestamp;
  const shown = new Map(
    slices.flatMap(({ endpoints = [] }) => endpoints.map((one) => [endpointId(one), one.conditions])),
  );
  let first: string | undefined;
  for (const { pod } of pods) {
    const changedAt = podCondition(pod, "Ready")?.lastTransitionTime;
    if (changedAt === undefined || (first !== undefined && first <= changedAt)) continue;
    const { conditions, ...endpoint } = endpointOf(pod, service, { type: addressType, node: undefined, hinted: false });
    if (!equalValues(shown.get(endpointId(endpoint)), conditions)) first = changedAt;
  }
  return first;
}

function newSlice(
  { service, addressType }: Family,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { name, namespace } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: namePrefix(name),
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    endpoints,
    ports,
  };
}

function removal(slice: EndpointSlice): Action {
  return deletion(endpointSlices, slice);
}

function failureEvent(service: Service, cause: string): Action {
  const { namespace = "", name } = service.metadata;
  const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${cause}`;
  return { do: "event", about: service, type: "Warning", reason: "FailedToUpdateEndpointSlices", message };
}
