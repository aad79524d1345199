import type { ApiObject } from "@skates/apimachinery";

/** True if an object waits for `finalizer` before it goes. */
export function hasFinalizer({ metadata }: ApiObject, finalizer: string): boolean {
  return (metadata.finalizers ?? []).includes(finalizer);
}

/** The object with a finalizer: it is not gone before somebody takes it out. The same one if it has it. */
export function withFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  if (hasFinalizer(object, finalizer)) return object;
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** The object without a finalizer; the same one if it has none. */
export function withoutFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  if (!hasFinalizer(object, finalizer)) return object;
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
