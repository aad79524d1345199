/** A pointer into JSON that cannot be followed; the message is upstream's. */
export class PointerError extends Error {
  override readonly name = "PointerError";
}

/** The steps of `/spec/containers/0`; `~1` is a slash, `~0` a tilde. The empty text is the whole document. */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  const steps = pointer.startsWith("/") ? pointer.slice(1).split("/") : pointer.split("/");
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
