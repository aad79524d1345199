import { type ApiObject, type Column, humanDuration, type LabelSelector, labelSelector } from "@skates/apimachinery";

type Cell<T> = (object: T, nowMs: number) => string | number | boolean | null;

interface ColumnOptions {
  readonly type?: Column<ApiObject>["type"];
  readonly format?: string;
  /** Shown with `-o wide` only. */
  readonly wide?: true;
}

/** A column; text and always shown unless `options` say otherwise. */
export function column<T>(name: string, description: string, cell: Cell<T>, options: ColumnOptions = {}): Column<T> {
  const { type = "string", format, wide } = options;
  return {
    name,
    type,
    description,
    priority: wide === true ? 1 : 0,
    cell,
    ...(format === undefined ? {} : { format }),
  };
}

/** The column that names the object. */
export const nameColumn: Column<ApiObject> = column("Name", "Name of the object.", (o) => o.metadata.name, {
  format: "name",
});

/** How long ago the object was created. */
export const ageColumn: Column<ApiObject> = column("Age", "Time since the object was created.", (o, nowMs) =>
  since(o.metadata.creationTimestamp, nowMs),
);

/** How long before `nowMs` a time stamp was, as upstream shows it: `5m`, `3d4h`; `<unknown>` when there is none. */
export function since(time: string | undefined, nowMs: number): string {
  return time === undefined || time === "" ? "<unknown>" : humanDuration(nowMs - Date.parse(time));
}

/** `a=1,b=2` in the order of the keys; `<none>` for an empty map. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? "<none>" : keys.map((key) => `${key}=${labels?.[key] ?? ""}`).join(",");
}

/** A selector as text; `<none>` where it selects everything or is absent. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const text = selector === undefined ? "" : labelSelector(selector).toString();
  return text === "" ? "<none>" : text;
}

/** The first `limit` items and how many there are besides; `<unset>` for none. */
export function formatSome(items: readonly string[], limit: number): string {
  if (items.length === 0) return "<unset>";
  const shown = items.slice(0, limit).join(",");
  return items.length > limit ? `${shown} + ${items.length - limit} more...` : shown;
}

interface NamedImage {
  readonly name: string;
  readonly image?: string | undefined;
}

/** The wide columns Containers and Images of kinds that make pods. */
export function containerColumns<T>(containersOf: (object: T) => readonly NamedImage[]): readonly Column<T>[] {
  return [
    column("Containers", "Names of the containers in the template.", (o) => names(containersOf(o)), { wide: true }),
    column("Images", "Images of the containers in the template.", (o) => images(containersOf(o)), { wide: true }),
  ];
}

function names(containers: readonly NamedImage[]): string {
  return containers.map((container) => container.name).join(",");
}

function images(containers: readonly NamedImage[]): string {
  return containers.map((container) => container.image ?? "").join(",");
}
