import { equalValues } from "@skates/apimachinery";
import type { Endpoint, EndpointPort, EndpointSlice } from "@skates/api/discovery/v1";
import { endpointId } from "./endpoint.ts";

/** Endpoints of the same ports, and the slices that hold such endpoints now. */
export interface Group {
  readonly ports: readonly EndpointPort[];
  readonly wanted: readonly Endpoint[];
  readonly slices: readonly EndpointSlice[];
  /** Hints are not part of what is wanted: endpoints keep those that they have. */
  readonly keepHints?: boolean | undefined;
}

/** Which slices change their endpoints, which go, and which endpoints need new ones. */
export interface Arrangement {
  readonly updated: readonly { readonly slice: EndpointSlice; readonly endpoints: readonly Endpoint[] }[];
  readonly unchanged: readonly EndpointSlice[];
  readonly deleted: readonly EndpointSlice[];
  readonly created: readonly (readonly Endpoint[])[];
}

/** As upstream: so many endpoints at most in one slice. */
const SLICE_SIZE = 100;

/**
 * Spreads endpoints over slices with as few writes as can be: each endpoint stays in its slice, new ones fill slices that are written
 * anyway, then the one existing slice that takes all of the rest, then new slices.
 */
export function arrange({ wanted, slices, keepHints = false }: Group): Arrangement {
  const left = new Map(wanted.map((endpoint) => [endpointId(endpoint), endpoint]));
  const kept = slices.map((slice) => ({ slice, ...keepWanted(slice, left, keepHints) }));
  let rest = [...left.values()];
  const written = kept.filter((one) => one.changed);
  if (rest.length > 0) {
    for (const one of [...written].sort((a, b) => b.endpoints.length - a.endpoints.length)) {
      one.endpoints.push(...rest.splice(0, SLICE_SIZE - one.endpoints.length));
    }
  }
  const created: Endpoint[][] = [];
  while (rest.length > 0) {
    const size = rest.length;
    const unchanged = kept.filter((one) => !one.changed && one.endpoints.length + size <= SLICE_SIZE);
    const fullest = size < SLICE_SIZE ? mostEndpoints(unchanged) : undefined;
    if (fullest === undefined) {
      created.push(rest.slice(0, SLICE_SIZE));
      rest = rest.slice(SLICE_SIZE);
      continue;
    }
    fullest.endpoints.push(...rest);
    fullest.changed = true;
    rest = [];
  }
  return {
    updated: kept.filter((one) => one.changed && one.endpoints.length > 0),
    unchanged: kept.filter((one) => !one.changed && one.endpoints.length > 0).map((one) => one.slice),
    deleted: kept.filter((one) => one.endpoints.length === 0).map((one) => one.slice),
    created,
  };
}

interface Kept {
  readonly endpoints: Endpoint[];
  changed: boolean;
}

/** Those of a slice's endpoints that are wanted, as they are now; takes them from `left`. */
function keepWanted(slice: EndpointSlice, left: Map<string, Endpoint>, keepHints: boolean): Kept {
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const old of slice.endpoints ?? []) {
    const id = endpointId(old);
    const found = left.get(id);
    const next = keepHints && found !== undefined && old.hints !== undefined ? { ...found, hints: old.hints } : found;
    if (next === undefined) {
      changed = true;
      continue;
    }
    left.delete(id);
    endpoints.push(next);
    if (!equalValues(next, old)) changed = true;
  }
  return { endpoints, changed };
}

function mostEndpoints<K extends Kept>(all: readonly K[]): K | undefined {
  return all.reduce<K | undefined>(
    (best, one) => (best === undefined || one.endpoints.length > best.endpoints.length ? one : best),
    undefined,
  );
}
