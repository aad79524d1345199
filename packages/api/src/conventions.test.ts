// The list of departures says what the resources do: computed from every resource and compared.
import type { Resource } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { departures } from "./conventions.ts";
import { builtinResources } from "./index.ts";

function departuresOf(resource: Resource): readonly string[] {
  const { schema, strategy, generationFields: fields } = resource;
  const status = "status" in schema.fields;
  const conventional = status && "spec" in schema.fields && resource.storagePrefix !== undefined ? "spec" : "";
  const out: string[] = [];
  if (resource.nameFormat !== "dns1123Subdomain") out.push(`names: ${resource.nameFormat}`);
  if (fields.join(" ") !== conventional && resource.storagePrefix !== undefined) {
    out.push(fields.length === 0 ? "no generation" : `generation: ${fields.join(" ")}`);
  }
  if (resource.createOnUpdate) out.push("PUT creates");
  if (!resource.unconditionalUpdate) out.push("resourceVersion required");
  if (resource.verbs.length < 8) out.push(`verbs: ${resource.verbs.join(" ")}`);
  if (resource.storagePrefix === undefined) out.push("not stored");
  if (status && !resource.subresources.some((sub) => sub.name === "status")) out.push("no status subresource");
  if (strategy.prepare !== undefined) out.push("prepare");
  for (const view of Object.keys(strategy.views ?? {})) out.push(`view ${view}`);
  if (strategy.holds !== undefined) out.push("holds");
  if (strategy.markDeleting !== undefined) out.push("marks deletion");
  if (strategy.graceSeconds !== undefined) out.push("grace");
  if (strategy.dependents !== undefined) out.push(`dependents: ${strategy.dependents}`);
  if (strategy.ttlSeconds !== undefined) out.push("expires");
  return out;
}

test("every departure is listed, and nothing else", () => {
  const found: Record<string, readonly string[]> = {};
  for (const resource of builtinResources) {
    const list = departuresOf(resource);
    if (list.length > 0) found[`${resource.group}/${resource.plural}`] = list;
  }
  expect(found).toEqual(departures);
});
