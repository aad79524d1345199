import {
  badRequest,
  everything,
  type FieldSelector,
  parseFieldSelector,
  parseLabelSelector,
  type Resource,
  type Selector,
} from "@skates/apimachinery";
import type { View } from "./cached-object.ts";

/** Which objects of a resource a list or watch is about: a namespace or a single name, and selectors. */
export interface Selection {
  /** Empty: all. */
  readonly namespace: string;
  /** Empty: any; taken from `metadata.name=…` of the field selector. */
  readonly name: string;
  readonly labels: Selector;
  /** Without what `name` and `namespace` already say. */
  readonly fields: readonly FieldTerm[];
  /** True when namespace and name say it all. */
  readonly everything: boolean;
}

export interface FieldTerm {
  readonly path: string;
  readonly value: string;
  readonly equal: boolean;
}

/** Reads the selectors of a request. Throws BadRequest when they are malformed or name unknown fields. */
export function selectionOf(resource: Resource, namespace: string, query: URLSearchParams): Selection {
  const labels = parseLabels(query.get("labelSelector") ?? "");
  const terms = termsOf(resource, parseFields(query.get("fieldSelector") ?? ""));
  const name = terms.find((term) => term.equal && term.path === "metadata.name")?.value ?? "";
  const inNamespace = terms.find((term) => term.equal && term.path === "metadata.namespace")?.value ?? "";
  const narrowed = namespace === "" && resource.namespaced ? inNamespace : namespace;
  const fields = terms.filter(
    (term) =>
      !(term.equal && term.path === "metadata.name" && term.value === name) &&
      !(term.equal && term.path === "metadata.namespace" && term.value === narrowed),
  );
  return { namespace: narrowed, name, labels, fields, everything: labels.empty && fields.length === 0 };
}

/** All of a namespace; empty: all there is. */
export function everythingIn(namespace: string): Selection {
  return { namespace, name: "", labels: everything, fields: [], everything: true };
}

/** All whose selectable field has the value. */
export function havingField(path: string, value: string): Selection {
  return { ...everythingIn(""), fields: [{ path, value, equal: true }], everything: false };
}

/** True if the selectors take the object; namespace and name are not looked at. */
export function selects(selection: Selection, view: View): boolean {
  if (selection.everything) return true;
  for (const term of selection.fields) if ((view.field(term.path) === term.value) !== term.equal) return false;
  return selection.labels.empty || selection.labels.matches(view.labels);
}

function parseLabels(text: string): Selector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

function parseFields(text: string): FieldSelector {
  try {
    return parseFieldSelector(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

function termsOf(resource: Resource, selector: FieldSelector): readonly FieldTerm[] {
  return selector.requirements.map(({ field, operator, value }) => {
    const known =
      field === "metadata.name" || field === "metadata.namespace" || Object.hasOwn(resource.selectableFields, field);
    if (!known) throw badRequest(`field label not supported: ${field}`);
    return { path: field, value, equal: operator !== "!=" };
  });
}
