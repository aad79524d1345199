import { equalValues, isStatus, type ObjectKey, type OwnerReference } from "@skates/apimachinery";
import type { Node, Pod, Service } from "@skates/api/core/v1";
import { type Endpoint, type EndpointPort, type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
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
import { namePrefix } from "../pod/new-pod.ts";
import { type AddressType, addressTypesOf } from "./addresses.ts";
import { arrange } from "./arrange.ts";
import { chooses } from "./chooses.ts";
import { endpointOf, hasEndpoint, portsId, portsOf, samePortsEverywhere } from "./endpoint.ts";
import { sliceLabels } from "./labels.ts";

/** What the plan of a service's slices looks at; slices have the index `service`. */
export interface EndpointSliceView {
  readonly services: Lister<Service>;
  readonly pods: Lister<Pod>;
  readonly nodes: Lister<Node>;
  readonly slices: Lister<EndpointSlice>;
}

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
  const existing = view.slices
    .by("service", `${key.namespace ?? ""}/${key.name}`)
    .filter((slice) => slice.metadata.deletionTimestamp === undefined);
  const types = addressTypesOf(service);
  const deleted = existing.filter((slice) => !types.includes(slice.addressType)).map(removal);
  const changes = types.flatMap((addressType) => {
    const slices = existing.filter((slice) => slice.addressType === addressType);
    return planFamily({ view, service, addressType }, chosen, slices);
  });
  const told = failures
    .filter(({ error }) => !isStatus(error, "Conflict"))
    .map(({ error }) => failureEvent(service, error.message));
  return { stages: [told, [...changes, ...deleted]].filter((stage) => stage.length > 0) };
}

interface Family {
  readonly view: EndpointSliceView;
  readonly service: Service;
  readonly addressType: AddressType;
}

function planFamily(family: Family, pods: readonly Pod[], slices: readonly EndpointSlice[]): readonly Action[] {
  const groups = groupByPorts(family, pods);
  const actions: Action[] = [];
  const deleted: EndpointSlice[] = [];
  let kept = 0;
  let created = 0;
  for (const [id, { ports, wanted }] of groups) {
    const same = slices.filter((slice) => portsId(slice.ports ?? []) === id);
    const arrangement = arrange({ ports, wanted, slices: same });
    const changed = new Map(arrangement.updated.map(({ slice, endpoints }) => [slice, endpoints]));
    for (const slice of same) {
      if (arrangement.deleted.includes(slice)) deleted.push(slice);
      else {
        kept++;
        actions.push(...change(family.service, slice, changed.get(slice)));
      }
    }
    created += arrangement.created.length;
    actions.push(
      ...arrangement.created.map((endpoints) => creation(endpointSlices, newSlice(family, ports, endpoints))),
    );
  }
  deleted.push(...slices.filter((slice) => !groups.has(portsId(slice.ports ?? []))));
  if (kept === 0 && created === 0) return withPlaceholder(family, deleted);
  return [...actions, ...deleted.map(removal)];
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly wanted: Endpoint[];
}

function groupByPorts(family: Family, pods: readonly Pod[]): ReadonlyMap<string, PortGroup> {
  const { view, service, addressType } = family;
  const groups = new Map<string, PortGroup>();
  const alike = samePortsEverywhere(service);
  let group: PortGroup | undefined;
  for (const pod of pods) {
    const node = pod.spec.nodeName === undefined ? undefined : view.nodes.get({ name: pod.spec.nodeName });
    const endpoint = endpointOf(pod, service, { type: addressType, node });
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
  const placeholder = newSlice(family, [], []);
  const [only] = deleted;
  if (
    deleted.length === 1 &&
    only !== undefined &&
    (only.endpoints ?? []).length === 0 &&
    (only.ports ?? []).length === 0
  ) {
    return change(family.service, only, undefined);
  }
  return [creation(endpointSlices, placeholder), ...deleted.map(removal)];
}

function change(service: Service, slice: EndpointSlice, endpoints: readonly Endpoint[] | undefined): readonly Action[] {
  const labels = sliceLabels(service);
  if (endpoints === undefined && equalValues(labels, slice.metadata.labels)) return [];
  const metadata = { ...slice.metadata, labels };
  return [update(endpointSlices, { ...slice, metadata, endpoints: endpoints ?? slice.endpoints })];
}

function newSlice(
  { service, addressType }: Family,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { name, namespace, uid = "" } = service.metadata;
  const owner: OwnerReference = {
    apiVersion: "v1",
    kind: "Service",
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: namePrefix(name),
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [owner],
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
