import { type FieldError, invalid, isQualifiedName, type Path } from "@skates/apimachinery";
import { isExtendedResource } from "@skates/api/core/v1";
import type { Extender } from "@skates/api/kubescheduler/v1";

/** What is wrong with extenders. */
export function extenderFindings(extenders: readonly Extender[], path: Path): readonly FieldError[] {
  const out: FieldError[] = [];
  const managed = new Set<string>();
  for (const [i, extender] of extenders.entries()) {
    const { prioritizeVerb = "", weight = 0, managedResources = [], urlPrefix = "" } = extender;
    const at = [...path, i];
    if (prioritizeVerb !== "" && weight <= 0) {
      out.push(invalid([...at, "weight"], weight, "must have a positive weight applied to it"));
    }
    if (!URL.canParse(urlPrefix)) out.push(invalid([...at, "urlPrefix"], urlPrefix, "must be an absolute URL"));
    for (const [j, { name }] of managedResources.entries()) {
      const nameAt = [...at, "managedResources", j, "name"];
      out.push(...resourceNameFindings(name, nameAt));
      if (managed.has(name)) out.push(invalid(nameAt, name, "duplicate extender managed resource name"));
      managed.add(name);
    }
  }
  const binders = extenders.filter(({ bindVerb = "" }) => bindVerb !== "").length;
  if (binders > 1) {
    out.push(invalid(path, `found ${binders} extenders implementing bind`, "only one extender can implement bind"));
  }
  return out;
}

function resourceNameFindings(name: string, path: Path): readonly FieldError[] {
  const messages = isQualifiedName(name);
  if (messages.length > 0) return messages.map((message) => invalid(path, name, message));
  return isExtendedResource(name) ? [] : [invalid(path, name, "is an invalid extended resource name")];
}
