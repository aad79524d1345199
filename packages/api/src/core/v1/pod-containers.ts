import type { Path } from "@skates/apimachinery";
import type { Container, EphemeralContainer } from "./container.ts";
import type { PodSpec } from "./pod-spec.ts";

/** A container of whichever sort, and where it stands. */
export interface PlacedContainer {
  readonly container: Container | EphemeralContainer;
  readonly at: Path;
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** All containers of a pod, in the order in which upstream looks at them; `path` is that of the spec. */
export function containersWithPaths(spec: PodSpec, path: Path): readonly PlacedContainer[] {
  return LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ container, at: [...path, list, index] })),
  );
}
