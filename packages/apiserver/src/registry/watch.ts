import { type EncodedEvent, formatGroupVersion, type Resource, type Revision, StatusError } from "@skates/apimachinery";
import { pick } from "@skates/component-base";
import { type CacheEvent, SharedEvent } from "../watch-cache/cache-event.ts";
import { type CachedObject, looseObject } from "../watch-cache/cached-object.ts";
import { type Selection, selectionOf, selects } from "../watch-cache/selection.ts";
import { translate, Watcher } from "../watch-cache/watcher.ts";
import { newest, type RegistryCore } from "./core.ts";
import { convertedEvents } from "./converted-events.ts";
import { errorEvent } from "./error-event.ts";
import { viewsOf } from "./exchange.ts";
import { type ListParameters, parseRevision } from "./list-parameters.ts";
import { type ReadCall, reachRevision } from "./read.ts";
import { cacheOf } from "./stored.ts";
import type { WatchKeeper } from "./watch-keeper.ts";

const SCANNED_PER_TURN = 100;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Events of a collection from a revision on, or from what exists. Ends by time, when `signal` aborts, or when too slow. */
export async function watchObjects(
  call: ReadCall,
  query: URLSearchParams,
  { parameters, keeper }: { readonly parameters: ListParameters; readonly keeper: WatchKeeper },
): Promise<AsyncIterable<readonly EncodedEvent[]>> {
  const { resource } = call.served;
  const selection = selectionOf(resource, call.namespace, query);
  const opening = { selection, parameters, keeper };
  if (resource.exchange === undefined) {
    return await openWatch(call, { ...opening, translate: (event) => translate(event, selection, resource) });
  }
  const raw = await openWatch(call, { ...opening, translate: (event) => event });
  return convertedEvents(raw, selection, resource);
}

interface Opening<E> {
  readonly selection: Selection;
  readonly parameters: ListParameters;
  readonly keeper: WatchKeeper;
  readonly translate: (event: CacheEvent) => E | undefined;
}

async function openWatch<E>(
  call: ReadCall,
  { selection, parameters, keeper, translate: translated }: Opening<E>,
): Promise<AsyncIterable<readonly (E | EncodedEvent)[]>> {
  const { core, served } = call;
  const { resource } = served;
  const cache = cacheOf(served);
  const { resourceVersion, sendInitialEvents } = parameters;
  const fromState = sendInitialEvents === true;
  const asked = resourceVersion === "" ? undefined : parseRevision(resourceVersion);
  if (asked !== undefined && !fromState) await core.watchCache.ready(call.signal);
  else {
    const late = await notReached(call, asked ?? (await newest(core, call.signal)));
    if (late !== undefined) return once(errorEvent(late));
  }
  if (fromState) await cache.prepare(selection, core.turn);
  const revision = core.watchCache.revision;
  const after = fromState || asked === undefined || asked === 0 ? revision : asked;
  const past = fromState ? [] : cache.eventsAfter(after, selection);
  if (past === undefined) return once(errorEvent(tooOld(after, cache.since)));
  const watcher = new Watcher<E | EncodedEvent>({
    selection,
    translate: translated,
    after,
    limit: core.limits.watcherEvents,
    wakeSoon: (woken) => core.watchCache.wakeSoon(woken),
    onEnd: (ended, tooSlow) => {
      cache.unsubscribe(ended);
      keeper.forget(ended, tooSlow);
    },
  });
  const existing = fromState ? cache.candidates(selection) : [];
  cache.subscribe(watcher);
  keeper.keep(watcher, {
    signal: call.signal,
    resource,
    timeoutMs: watchTimeoutMs(core, parameters.timeoutSeconds),
    bookmark: parameters.allowWatchBookmarks
      ? () => bookmark(resource, core.watchCache.revision, undefined)
      : undefined,
  });
  const initial = fromState
    ? await initialEvents(call, selection, existing)
    : past.flatMap((event) => translated(event) ?? []);
  const marked = sendInitialEvents === true && parameters.allowWatchBookmarks;
  watcher.preload(marked ? [...initial, bookmark(resource, revision, { [INITIAL_EVENTS_END]: "true" })] : initial);
  return watcher;
}

/** Waits for a revision; that it does not come is told to a watcher in an event, as everything once its request is understood. */
async function notReached({ core, signal }: ReadCall, revision: Revision): Promise<StatusError | undefined> {
  try {
    await reachRevision(core, revision, signal);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Timeout") return error;
    throw error;
  }
}

/** What exists, as ADDED. Takes turns, as objects may have to be decoded; what changes meanwhile is with the watcher already. */
async function initialEvents(
  call: ReadCall,
  selection: Selection,
  existing: readonly CachedObject[],
): Promise<readonly EncodedEvent[]> {
  const { resource } = call.served;
  const cache = cacheOf(call.served);
  const events: EncodedEvent[] = [];
  if (resource.exchange !== undefined) {
    for (const view of await viewsOf(existing, resource)) {
      const wanted = selection.name === "" || view.object.metadata.name === selection.name;
      if (wanted && selects(selection, view)) events.push({ type: "ADDED", object: view });
    }
    return events;
  }
  for (const [i, entry] of existing.entries()) {
    if (i % SCANNED_PER_TURN === SCANNED_PER_TURN - 1) await call.turn();
    if (cache.matches(selection, entry, resource)) events.push({ type: "ADDED", object: entry.view(resource) });
  }
  return events;
}

/** At random, so that clients which started together do not all come back together. */
function watchTimeoutMs(core: RegistryCore, timeoutSeconds: number | undefined): number {
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) return timeoutSeconds * 1000;
  const least = core.limits.watchMsMin;
  return least + pick(core.names, least);
}

function tooOld(asked: number, since: number): StatusError {
  return new StatusError("Expired", `too old resource version: ${asked} (${since})`);
}

function bookmark(
  resource: Resource,
  revision: number,
  annotations: Readonly<Record<string, string>> | undefined,
): EncodedEvent {
  const { kind } = resource;
  const metadata = { name: "", resourceVersion: String(revision), annotations };
  return new SharedEvent(
    "BOOKMARK",
    looseObject(resource, { kind, apiVersion: formatGroupVersion(resource), metadata }),
  );
}

async function* once(event: EncodedEvent): AsyncGenerator<readonly EncodedEvent[]> {
  yield [event];
}
