import {
  badRequest,
  type Encoded,
  notFound,
  type Resource,
  type ResponseListMeta,
  type Revision,
  StatusError,
} from "@skates/apimachinery";
import { hasCode } from "@skates/component-base";
import type { CachedObject } from "../watch-cache/cached-object.ts";
import { type Selection, selectionOf, selects } from "../watch-cache/selection.ts";
import { lowerBound } from "../watch-cache/sorted-entries.ts";
import { expiredContinue, formatContinue, parseContinue } from "./continue.ts";
import { newest, type RegistryCore, readCurrent, storeRefusal } from "./core.ts";
import { viewOf, viewsOf } from "./exchange.ts";
import { type ListParameters, parseListRevision, parseRevision } from "./list-parameters.ts";
import type { Served } from "./served.ts";
import { cacheOf } from "./stored.ts";

export interface ReadCall {
  readonly core: RegistryCore;
  readonly served: Served;
  readonly namespace: string;
  readonly turn: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** How long a read waits for a revision that has not been seen yet. */
const FRESH_WAIT_MS = 3000;
const SCANNED_PER_TURN = 100;
const RANGE_ENTRIES = 500;
/** They may have to be decoded and written in another form before the next turn. */
const PAGE_OBJECTS = 50;

/** One object in the version of the request. */
export async function getObject(call: ReadCall, name: string, resourceVersion: string): Promise<Encoded> {
  const cache = cacheOf(call.served);
  const key = cache.keyOf(call.namespace, name);
  let entry: CachedObject | undefined;
  if (resourceVersion === "") entry = await readCurrent(call.core, cache, key, call.signal);
  else {
    await reachRevision(call.core, parseRevision(resourceVersion), call.signal);
    entry = cache.get(key);
  }
  if (entry === undefined) throw notFound(call.served.resource, name);
  return await viewOf(entry, call.served.resource);
}

export interface Listed {
  readonly meta: ResponseListMeta;
  readonly entries: readonly CachedObject[];
}

/** A page of a collection at one revision. */
export async function listObjects(call: ReadCall, query: URLSearchParams, parameters: ListParameters): Promise<Listed> {
  const selection = selectionOf(call.served.resource, call.namespace, query);
  if (parameters.continueToken !== "") return await listContinued(call, selection, parameters);
  const { resourceVersion, match } = parameters;
  // As upstream: who takes whatever there is takes all of it.
  const limit = resourceVersion === "0" ? 0 : parameters.limit;
  const cache = cacheOf(call.served);
  const exact = match === "Exact" || (match === "" && limit > 0 && resourceVersion !== "" && resourceVersion !== "0");
  if (exact) {
    const revision = parseListRevision(resourceVersion);
    await reachRevision(call.core, revision, call.signal);
    return await listAt(call, selection, { revision, start: cache.scopeOf(selection), limit });
  }
  await reachRevision(
    call.core,
    resourceVersion === "" ? await newest(call.core, call.signal) : parseListRevision(resourceVersion),
    call.signal,
  );
  return await listCached(call, selection, { start: "", limit });
}

async function listContinued(call: ReadCall, selection: Selection, parameters: ListParameters): Promise<Listed> {
  const token = parseContinue(parameters.continueToken);
  if (parameters.resourceVersion !== "" && parameters.resourceVersion !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  const cache = cacheOf(call.served);
  const start = cache.scopeOf(selection) + token.start;
  const { limit } = parameters;
  if (token.revision < 0) {
    await reachRevision(call.core, await newest(call.core, call.signal), call.signal);
    return await listCached(call, selection, { start, limit });
  }
  await reachRevision(call.core, token.revision, call.signal);
  try {
    return await listAt(call, selection, { revision: token.revision, start, limit });
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Expired") throw expiredContinue(token.start);
    throw error;
  }
}

/** Waits for a revision; throws Timeout with upstream's cause when it does not come. */
export async function reachRevision(core: RegistryCore, revision: Revision, signal: AbortSignal): Promise<void> {
  const { watchCache, env } = core;
  if (watchCache.loaded && revision <= watchCache.revision) return;
  if (!watchCache.loaded) await watchCache.ready(signal);
  if (revision <= watchCache.revision) return;
  const late = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  const timer = new AbortController();
  const giveUp = env.clock.sleep(FRESH_WAIT_MS, AbortSignal.any([signal, timer.signal])).then(
    () => late.abort(tooLarge(revision, watchCache.revision)),
    () => undefined, // the revision came, or the caller went
  );
  try {
    await watchCache.reach(revision, both);
  } finally {
    timer.abort();
    await giveUp;
  }
}

function tooLarge(revision: Revision, current: Revision): StatusError {
  const message = `Timeout: Too large resource version: ${revision}, current: ${current}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return new StatusError("Timeout", message, { details: { causes, retryAfterSeconds: 1 } });
}

interface From {
  /** First key; empty: from the start. */
  readonly start: string;
  /** 0: all. */
  readonly limit: number;
}

async function listCached(call: ReadCall, selection: Selection, { start, limit }: From): Promise<Listed> {
  const cache = cacheOf(call.served);
  await cache.prepare(selection, call.turn);
  const revision = call.core.watchCache.revision;
  const all = cache.candidates(selection);
  const candidates = start === "" ? all : all.slice(lowerBound(all, start));
  return await pageOf(call, selection, { candidates, revision, limit, more: 0 });
}

/** As of a revision: from the cache while nothing of the kind has changed since, else from the store. */
async function listAt(
  call: ReadCall,
  selection: Selection,
  { revision, start, limit }: From & { readonly revision: Revision },
): Promise<Listed> {
  const cache = cacheOf(call.served);
  // What the store has forgotten is too old for everybody, though nothing of this kind may have changed since.
  if (revision < call.core.store.compacted()) throw tooOld();
  if (cache.changed <= revision) {
    const listed = await listCached(call, selection, { start, limit });
    return { ...listed, meta: atRevision(listed.meta, revision) };
  }
  const scope = cache.scopeOf(selection);
  const found: CachedObject[] = [];
  let from = start;
  for (;;) {
    const page = await rangeAt(call, scope, { start: from, revision });
    for (const entry of page.entries) {
      const object = call.core.watchCache.entryOf(cache, entry);
      // What others convert is asked of them at the end, all at once.
      if (call.served.resource.exchange !== undefined || cache.matches(selection, object, call.served.resource)) {
        found.push(object);
      }
    }
    const last = page.entries.at(-1);
    const enough = limit > 0 && found.length > limit;
    if (!page.more || last === undefined || enough) {
      const more = page.more ? page.count - page.entries.length : 0;
      return await pageOf(call, selection, { candidates: found, revision, limit, more });
    }
    from = `${last.key}\0`;
  }
}

function atRevision(meta: ResponseListMeta, revision: Revision): ResponseListMeta {
  if (meta.continue === undefined) return { ...meta, resourceVersion: String(revision) };
  const { start } = parseContinue(meta.continue);
  return { ...meta, resourceVersion: String(revision), continue: formatContinue(revision, start) };
}

async function rangeAt(call: ReadCall, scope: string, at: { readonly start: string; readonly revision: Revision }) {
  try {
    const options = { start: at.start, limit: RANGE_ENTRIES, revision: at.revision };
    return await call.core.store.range(scope, options, call.signal);
  } catch (error) {
    if (!hasCode(error, "Compacted")) throw storeRefusal(error);
    throw tooOld(error);
  }
}

function tooOld(cause?: unknown): StatusError {
  return new StatusError("Expired", "The resourceVersion for the provided list is too old.", { cause });
}

interface Candidates {
  readonly candidates: readonly CachedObject[];
  readonly revision: Revision;
  readonly limit: number;
  /** So many more follow that are not among the candidates. */
  readonly more: number;
}

async function pageOf(call: ReadCall, selection: Selection, page: Candidates): Promise<Listed> {
  const { revision, limit, more } = page;
  const { resource } = call.served;
  const cache = cacheOf(call.served);
  const converts = resource.exchange !== undefined && !selection.everything;
  const candidates = converts ? await selected(page.candidates, selection, resource) : page.candidates;
  const unfiltered = selection.everything && selection.name === "";
  const resourceVersion = String(revision);
  if (unfiltered && (limit === 0 || candidates.length + more <= limit)) {
    return { meta: { resourceVersion }, entries: candidates };
  }
  const entries: CachedObject[] = [];
  let scanned = 0;
  for (const entry of candidates) {
    if (++scanned % SCANNED_PER_TURN === 0 && !unfiltered) await call.turn();
    if (!converts && !cache.matches(selection, entry, resource)) continue;
    if (limit > 0 && entries.length === limit) {
      const last = entries.at(-1)?.key ?? "";
      const token = formatContinue(revision, `${last.slice(cache.scopeOf(selection).length)}\0`);
      // With selectors nobody knows how many follow.
      const remainingItemCount = unfiltered ? candidates.length - limit + more : undefined;
      return { meta: { resourceVersion, continue: token, remainingItemCount }, entries };
    }
    entries.push(entry);
  }
  return { meta: { resourceVersion }, entries };
}

/** Those that selectors take as the version of the request shows them. */
async function selected(
  candidates: readonly CachedObject[],
  selection: Selection,
  resource: Resource,
): Promise<readonly CachedObject[]> {
  const views = await viewsOf(candidates, resource);
  return candidates.filter((_, index) => {
    const view = views[index];
    return view !== undefined && selects(selection, view);
  });
}

/** Objects in the version of the request, some at a time. Throws what their conversion throws, before there are any. */
export async function pagesOf(
  entries: readonly CachedObject[],
  resource: Resource,
  turn: () => Promise<void>,
): Promise<AsyncIterable<readonly Encoded[]>> {
  if (resource.exchange === undefined) return pages(entries, (entry) => entry.view(resource), turn);
  return pages(await viewsOf(entries, resource), (view) => view, turn);
}

async function* pages<T>(
  entries: readonly T[],
  view: (entry: T) => Encoded,
  turn: () => Promise<void>,
): AsyncGenerator<readonly Encoded[]> {
  for (let at = 0; at < entries.length; at += PAGE_OBJECTS) {
    yield entries.slice(at, at + PAGE_OBJECTS).map(view);
    if (at + PAGE_OBJECTS < entries.length) await turn();
  }
}
