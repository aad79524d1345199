import type { Registry, RequestContext } from "@skates/apiserver";

/** How wide a request is, and what it still costs when it has been answered. */
export interface WorkEstimate {
  readonly seats: number;
  /** Seats for watchers of what was written, for `latencyMs` after the answer. */
  readonly finalSeats: number;
  readonly latencyMs: number;
}

/** Upstream's numbers. */
const OBJECTS_PER_SEAT = 100;
const WATCHERS_PER_SEAT = 10;
const EVENT_MS = 5;
const SEATS_MAX = 10;
const ONE: WorkEstimate = { seats: 1, finalSeats: 0, latencyMs: 0 };
const WRITES: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);

/** Lists count by the objects that have to be looked at, writes by those who watch. `seatsMax` is the level's own limit. */
export function estimateWork({ route, request }: RequestContext, registry: Registry, seatsMax: number): WorkEstimate {
  if (!route.resourceRequest) return ONE;
  const most = Math.max(1, Math.min(SEATS_MAX, seatsMax));
  const { verb, group, version, resource: plural, namespace, name } = route;
  if (verb === "list" || (verb === "watch" && beginsWithAll(request.query))) {
    if (route.authorizedName !== "") return ONE;
    const seats = Math.ceil(registry.countOf({ group, version, plural }) / OBJECTS_PER_SEAT);
    return seats <= 1 ? ONE : { seats: Math.min(most, seats), finalSeats: 0, latencyMs: 0 };
  }
  if (!WRITES.has(verb) || (plural === "serviceaccounts" && route.subresource === "token")) return ONE;
  const watchers = registry.watchersOf({ group, version, plural }, { namespace, name });
  if (watchers < WATCHERS_PER_SEAT) return ONE;
  const wanted = Math.ceil(watchers / WATCHERS_PER_SEAT);
  const finalSeats = Math.min(most, wanted);
  return { seats: 1, finalSeats, latencyMs: (wanted * EVENT_MS) / finalSeats };
}

/** A watch that first sends everything there is. */
function beginsWithAll(query: URLSearchParams): boolean {
  const version = query.get("resourceVersion") ?? "";
  return query.get("sendInitialEvents") === "true" || version === "" || version === "0";
}
