import { type ApiObject, parseTime } from "@skates/apimachinery";

/** Of the classes that an annotation makes the default: the newest, of several as new the first by name. */
export function defaultClass<T extends ApiObject>(
  classes: readonly T[],
  annotations: readonly string[],
): T | undefined {
  const isDefault = ({ metadata }: T): boolean => annotations.some((key) => metadata.annotations?.[key] === "true");
  const madeMs = ({ metadata }: T): number => parseTime(metadata.creationTimestamp ?? "1970-01-01T00:00:00Z");
  return classes.filter(isDefault).toSorted((a, b) => {
    return madeMs(b) - madeMs(a) || (a.metadata.name < b.metadata.name ? -1 : 1);
  })[0];
}
