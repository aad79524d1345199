import { type ApiObject, encodeJson, type Encoded, formatGroupVersion, type Resource } from "@skates/apimachinery";
import { assert } from "@skates/component-base";
import type { CachedObject, View } from "../watch-cache/cached-object.ts";
import type { WriteCall } from "./write-call.ts";

/** Conversions under way, so that readers who come together ask once. */
const PENDING = new WeakMap<CachedObject, Map<Resource, Promise<View>>>();

/** A stored object in the version of a request. */
export async function viewOf(entry: CachedObject, resource: Resource): Promise<View> {
  if (resource.exchange === undefined) return entry.view(resource);
  const [view] = await viewsOf([entry], resource);
  assert(view !== undefined, "one object is converted into one");
  return view;
}

/** Stored objects in the version of a request; what has to be converted is asked for in one question. */
export async function viewsOf(entries: readonly CachedObject[], resource: Resource): Promise<readonly View[]> {
  const { exchange } = resource;
  if (exchange === undefined) return entries.map((entry) => entry.view(resource));
  const asked = entries.filter((entry) => known(entry, resource) === undefined);
  if (asked.length > 0) {
    const answer = exchange.convert(
      asked.map((entry) => entry.object),
      resource,
    );
    for (const [index, entry] of asked.entries()) {
      const view = answer.then((objects) => {
        const object = objects[index];
        assert(object !== undefined, "as many objects come back as were sent");
        return entry.keep(resource, object);
      });
      remember(entry, resource, view);
    }
  }
  return await Promise.all(entries.map(async (entry) => (await known(entry, resource)) ?? viewOf(entry, resource)));
}

function known(entry: CachedObject, resource: Resource): View | Promise<View> | undefined {
  return entry.converted(resource) ?? PENDING.get(entry)?.get(resource);
}

function remember(entry: CachedObject, resource: Resource, view: Promise<View>): void {
  const views = PENDING.get(entry) ?? new Map<Resource, Promise<View>>();
  PENDING.set(entry, views.set(resource, view));
  const done = (): void => void views.delete(resource);
  // Whoever asked hears of a failure; this only forgets it.
  view.then(done, done);
}

/** An object as it is stored: in the storage version. */
export async function storedForm({ resource }: WriteCall["served"], object: ApiObject): Promise<ApiObject> {
  const { exchange } = resource;
  if (exchange === undefined) return object;
  const [stored] = await exchange.convert([object], exchange.stored());
  assert(stored !== undefined, "one object is converted into one");
  return stored;
}

/** What was written, as the version of the request shows it: what the conversion lost is not there. */
export async function writtenForm({ resource }: WriteCall["served"], entry: CachedObject): Promise<Encoded> {
  return resource.exchange === undefined ? entry : await viewOf(entry, resource);
}

/** Gives an object in a version, or asks for it and starts the work again. */
export type ConvertNow = (object: ApiObject, to: Resource) => ApiObject;

/** Thrown within `withConversions` only. */
class Missing extends Error {
  override readonly name = "Missing";
  readonly object: ApiObject;
  readonly to: Resource;

  constructor(object: ApiObject, to: Resource) {
    super("a conversion is asked for");
    this.object = object;
    this.to = to;
  }
}

/** An object is asked for in each version that a manager wrote in, as it was and as it will be. */
const CONVERSIONS_MAX = 64;

/** Does pure work that needs conversions on its way: it is started again for each that it had to wait for. */
export async function withConversions<T>(work: (convert: ConvertNow) => T): Promise<T> {
  const done = new Map<string, ApiObject>();
  const convert: ConvertNow = (object, to) => {
    if (to.exchange === undefined || object.apiVersion === formatGroupVersion(to)) return object;
    const converted = done.get(nameOf(object, to));
    if (converted === undefined) throw new Missing(object, to);
    return converted;
  };
  for (;;) {
    try {
      return work(convert);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      assert(done.size < CONVERSIONS_MAX, "few versions of an object are asked for");
      const [converted] = (await error.to.exchange?.convert([error.object], error.to)) ?? [];
      assert(converted !== undefined, "one object is converted into one");
      done.set(nameOf(error.object, error.to), converted);
    }
  }
}

function nameOf(object: ApiObject, to: Resource): string {
  const from = to.exchange?.version(object.apiVersion) ?? to;
  return `${to.version} ${encodeJson(from.schema, object)}`;
}
