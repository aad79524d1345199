import { equalValues, type ObjectKey } from "@skates/apimachinery";
import type { Endpoints, Service } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Action, creation, deletion, type Lister, type Plan, update } from "@skates/controller-runtime";
import { MANAGED_BY } from "../endpoints/plan.ts";
import { ADDRESSES_MAX, mirroredSlices, skippedAddresses, sliceId } from "./mirrored.ts";

/** What the plan of the slices of an Endpoints object looks at; slices have the index `mirrored`. */
export interface MirroringView {
  readonly services: Lister<Service>;
  readonly endpoints: Lister<Endpoints>;
  readonly slices: Lister<EndpointSlice>;
}

const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";

/** Makes slices of Endpoints that somebody writes by hand for a service without a selector. */
export function planMirroring(view: MirroringView, key: ObjectKey): Plan {
  const service = view.services.get(key);
  const endpoints = view.endpoints.get(key);
  const existing = view.slices
    .by("mirrored", `${key.namespace ?? ""}/${key.name}`)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const mirrors = service !== undefined && endpoints !== undefined && mirrored(service, endpoints);
  const left = new Map(mirrors ? mirroredSlices(endpoints).map((slice) => [sliceId(slice), slice]) : []);
  const actions: Action[] = [];
  for (const slice of existing) {
    const wanted = left.get(sliceId(slice));
    left.delete(sliceId(slice));
    actions.push(...(wanted === undefined ? [deletion(endpointSlices, slice)] : change(slice, wanted)));
  }
  actions.push(...[...left.values()].map((slice) => creation(endpointSlices, slice)));
  const told = mirrors && actions.length > 0 ? skippedEvent(endpoints) : [];
  return { stages: [told, actions].filter((stage) => stage.length > 0) };
}

/** True if nobody else makes slices of them. */
function mirrored({ spec }: Service, { metadata: { labels, annotations } }: Endpoints): boolean {
  if (Object.keys(spec?.selector ?? {}).length > 0) return false;
  return labels?.[SKIP] !== "true" && labels?.[MANAGED_BY] === undefined && annotations?.[LEADER] === undefined;
}

function change(slice: EndpointSlice, wanted: EndpointSlice): readonly Action[] {
  const { labels, annotations, ownerReferences } = wanted.metadata;
  const next = {
    ...slice,
    metadata: { ...slice.metadata, labels, annotations, ownerReferences },
    endpoints: wanted.endpoints,
  };
  return equalValues(next, slice) ? [] : [update(endpointSlices, next)];
}

function skippedEvent(about: Endpoints): readonly Action[] {
  const skipped = skippedAddresses(about);
  if (skipped === 0) return [];
  const message = `A max of ${ADDRESSES_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
  return [{ do: "event", about, type: "Warning", reason: "TooManyAddressesToMirror", message }];
}
