import { type Encoded, type EncodedEvent, formatGroupVersion, type Resource, StatusError } from "@skates/apimachinery";
import { pick } from "@skates/component-base";
import { SharedEvent } from "../watch-cache/cache-event.ts";
import { looseObject } from "../watch-cache/cached-object.ts";
import { selectionOf } from "../watch-cache/selection.ts";
import { translate, Watcher } from "../watch-cache/watcher.ts";
import { newest, type RegistryCore } from "./core.ts";
import { type ListParameters, parseRevision } from "./list-parameters.ts";
import { type ReadCall, reachRevision } from "./read.ts";
import { cacheOf } from "./stored.ts";
import type { WatchKeeper } from "./watch-keeper.ts";

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Events of a collection from a revision on, or from what exists. Ends by time, when `signal` aborts, or when too slow. */
export async function watchObjects(
  call: ReadCall,
  query: URLSearchParams,
  { parameters, keeper }: { readonly parameters: ListParameters; readonly keeper: WatchKeeper },
): Promise<AsyncIterable<readonly EncodedEvent[]>> {
  const { core, served } = call;
  const { resource } = served;
  const cache = cacheOf(served);
  const selection = selectionOf(resource, call.namespace, query);
  const { resourceVersion, sendInitialEvents } = parameters;
  const fromState = sendInitialEvents ?? (resourceVersion === "" || resourceVersion === "0");
  if (resourceVersion === "") await reachRevision(core, await newest(core, call.signal), call.signal);
  else if (fromState) await reachRevision(core, parseRevision(resourceVersion), call.signal);
  else await core.watchCache.ready(call.signal);
  const revision = core.watchCache.revision;
  const after =
    fromState || resourceVersion === "" || resourceVersion === "0" ? revision : parseRevision(resourceVersion);
  const past = fromState ? [] : cache.eventsAfter(after);
  if (past === undefined) return once(errorEvent(tooOld(after, cache.since)));
  const watcher = new Watcher({
    resource,
    selection,
    after,
    limit: core.limits.watcherEvents,
    wakeSoon: (woken) => core.watchCache.wakeSoon(woken),
    onEnd: (ended, tooSlow) => {
      cache.unsubscribe(ended);
      keeper.forget(ended, tooSlow);
    },
  });
  if (fromState) watcher.preload(initialEvents(call, selection));
  else watcher.preload(past.flatMap((event) => translate(event, selection, resource) ?? []));
  if (sendInitialEvents === true && parameters.allowWatchBookmarks) {
    watcher.preload([bookmark(resource, revision, { [INITIAL_EVENTS_END]: "true" })]);
  }
  cache.subscribe(watcher);
  keeper.keep(watcher, {
    signal: call.signal,
    resource,
    timeoutMs: watchTimeoutMs(core, parameters.timeoutSeconds),
    bookmark: parameters.allowWatchBookmarks
      ? () => bookmark(resource, core.watchCache.revision, undefined)
      : undefined,
  });
  return watcher;
}

function initialEvents(call: ReadCall, selection: ReturnType<typeof selectionOf>): readonly EncodedEvent[] {
  const { resource } = call.served;
  const cache = cacheOf(call.served);
  return cache
    .candidates(selection)
    .filter((entry) => cache.matches(selection, entry, resource))
    .map((entry) => ({ type: "ADDED", object: entry.view(resource) }));
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

/** The event that tells a watcher what went wrong. */
export function errorEvent(error: StatusError): EncodedEvent {
  const status: unknown = error.toStatus();
  const bytes = new TextEncoder().encode(JSON.stringify(status));
  const object: Encoded = { object: untyped(status), revision: 0, bytes: () => bytes };
  return { type: "ERROR", object };
}

/** A Status stands in the place of an object in ERROR events. */
function untyped(value: unknown): Encoded["object"] {
  return value as Encoded["object"];
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
