import { type FieldError, invalid, isDns1123Label, validateLabels } from "@skates/apimachinery";
import { checkText, type Findings } from "../../checks.ts";
import { quantityFindings } from "../../core/v1/resource-rules.ts";
import type { RuntimeClass } from "./runtime-class.ts";

/** A handler's name, which stays, and what scheduling and overhead add. */
export function runtimeClassErrors(next: RuntimeClass, old: RuntimeClass | undefined): Findings {
  const out: FieldError[] = [...checkText(["handler"], next.handler, isDns1123Label)];
  for (const [name, text] of Object.entries(next.overhead?.podFixed ?? {})) {
    out.push(...quantityFindings(name, text, ["overhead", "podFixed", { key: name }]));
  }
  out.push(...validateLabels(next.scheduling?.nodeSelector, ["scheduling", "nodeSelector"]));
  if (old !== undefined && next.handler !== old.handler)
    out.push(invalid(["handler"], next.handler, "field is immutable"));
  return out;
}
