import { type EncodedEvent, type Resource, StatusError } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import { CacheEvent, SharedEvent } from "../watch-cache/cache-event.ts";
import { type CachedObject, ConvertedObject, type View } from "../watch-cache/cached-object.ts";
import { type Selection, selects } from "../watch-cache/selection.ts";
import { errorEvent } from "./error-event.ts";
import { viewsOf } from "./exchange.ts";

/** The events of a watch in a version that somebody else converts: asked for once for all that has gathered. A failure ends the watch. */
export async function* convertedEvents(
  batches: AsyncIterable<readonly (EncodedEvent | CacheEvent)[]>,
  selection: Selection,
  resource: Resource,
): AsyncGenerator<readonly EncodedEvent[]> {
  for await (const batch of batches) {
    let views: ReadonlyMap<CachedObject, View>;
    try {
      views = await viewsByEntry(batch, resource);
    } catch (error) {
      const failure = error instanceof StatusError ? error : new StatusError("InternalError", messageOf(error));
      yield [errorEvent(failure)];
      return;
    }
    const events = batch.flatMap((one): readonly EncodedEvent[] => {
      if (!(one instanceof CacheEvent)) return [one];
      const event = eventOf(one, { views, selection, resource });
      return event === undefined ? [] : [event];
    });
    if (events.length > 0) yield events;
  }
}

async function viewsByEntry(
  batch: readonly (EncodedEvent | CacheEvent)[],
  resource: Resource,
): Promise<ReadonlyMap<CachedObject, View>> {
  const entries = new Set<CachedObject>();
  for (const event of batch) {
    if (!(event instanceof CacheEvent)) continue;
    for (const entry of [event.current, event.previous]) if (entry !== undefined) entries.add(entry);
  }
  const all = [...entries];
  const views = await viewsOf(all, resource);
  return new Map(all.flatMap((entry, index) => (views[index] === undefined ? [] : [[entry, views[index]] as const])));
}

interface Surroundings {
  readonly views: ReadonlyMap<CachedObject, View>;
  readonly selection: Selection;
  readonly resource: Resource;
}

/** Entering a selection is ADDED, leaving it DELETED, with the last state under the new revision. */
function eventOf(
  { current, previous, revision }: CacheEvent,
  { views, selection, resource }: Surroundings,
): EncodedEvent | undefined {
  const shown = (entry: CachedObject | undefined): View | undefined => {
    const view = entry === undefined ? undefined : views.get(entry);
    return view !== undefined && selects(selection, view) ? view : undefined;
  };
  const [now, before] = [shown(current), shown(previous)];
  if (now !== undefined) return new SharedEvent(before === undefined ? "ADDED" : "MODIFIED", now);
  if (before === undefined) return undefined;
  const { object } = before;
  const metadata = { ...object.metadata, resourceVersion: String(revision) };
  return new SharedEvent("DELETED", new ConvertedObject({ object: { ...object, metadata }, revision }, resource));
}
