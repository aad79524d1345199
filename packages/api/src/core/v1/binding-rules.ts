import { type FieldError, notSupported, type Path, required } from "@skates/apimachinery";
import type { Binding } from "./binding.ts";

/** A pod is bound to a node and to nothing else. */
export function bindingRules(binding: Binding, _old: unknown, path: Path): readonly FieldError[] {
  const { kind = "", name = "" } = binding.target;
  return [
    ...(kind === "" || kind === "Node" ? [] : [notSupported([...path, "target", "kind"], kind, ["Node", "<empty>"])]),
    ...(name === "" ? [required([...path, "target", "name"])] : []),
  ];
}
