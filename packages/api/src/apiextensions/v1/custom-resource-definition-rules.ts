import {
  type FieldError,
  invalid,
  isDns1035Label,
  isDns1123Subdomain,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";
import { clientFindings } from "../../admissionregistration/v1/webhook-rules.ts";
import { type Findings, invalidFor } from "../../checks.ts";
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "./custom-resource-definition.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];

/** Names, scope, versions and conversion of a new kind. What its schemas say is checked where they are compiled. */
export function crdSpecRules(spec: CustomResourceDefinitionSpec, _old: unknown, path: Path): Findings {
  const { group, names, scope, versions, preserveUnknownFields } = spec;
  const out: FieldError[] = [];
  if (group !== "") {
    out.push(...invalidFor([...path, "group"], group, isDns1123Subdomain(group)));
    if (!group.includes(".")) out.push(invalid([...path, "group"], group, "should be a domain with at least one dot"));
  }
  if (scope !== "" && scope !== "Cluster" && scope !== "Namespaced") {
    out.push(notSupported([...path, "scope"], scope, ["Cluster", "Namespaced"]));
  }
  if (preserveUnknownFields === true) {
    out.push(invalid([...path, "preserveUnknownFields"], true, "must be false in order to use defaults in the schema"));
  }
  if (versions.length > 0 && versions.filter((version) => version.storage).length !== 1) {
    out.push(invalid([...path, "versions"], versions, "must have exactly one version marked as storage version"));
  }
  return [
    ...out,
    ...versions.flatMap((version, index) => versionFindings(version, versions, [...path, "versions", index])),
    ...nameFindings(names, [...path, "names"]),
    ...(spec.conversion === undefined ? [] : conversionFindings(spec.conversion, [...path, "conversion"])),
  ];
}

function versionFindings(
  version: CustomResourceDefinitionVersion,
  all: readonly CustomResourceDefinitionVersion[],
  path: Path,
): Findings {
  const { name, schema, deprecated, deprecationWarning } = version;
  const out: FieldError[] = name === "" ? [] : [...invalidFor([...path, "name"], name, isDns1035Label(name))];
  const first = all.findIndex((other) => other.name === name);
  if (all[first] !== version) out.push(invalid([...path, "name"], name, "must contain unique version names"));
  if (schema?.openAPIV3Schema === undefined) {
    out.push(required([...path, "schema", "openAPIV3Schema"], "schemas are required"));
  }
  if (deprecationWarning !== undefined && deprecated !== true) {
    out.push(invalid([...path, "deprecationWarning"], deprecationWarning, "can only be set for deprecated versions"));
  }
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    if (column.type === "" || COLUMN_TYPES.includes(column.type)) continue;
    out.push(
      invalid(
        [...path, "additionalPrinterColumns", index, "type"],
        column.type,
        `must be one of ${COLUMN_TYPES.join(",")}`,
      ),
    );
  }
  return out;
}

function nameFindings(names: CustomResourceDefinitionNames, path: Path): Findings {
  const { plural, singular = "", kind, listKind = "", shortNames = [], categories = [] } = names;
  const lower = (field: string, text: string): Findings =>
    text === "" ? [] : invalidFor([...path, field], text, isDns1035Label(text));
  const camel = (field: string, text: string): Findings =>
    text === ""
      ? []
      : isDns1035Label(text.toLowerCase()).map((m) =>
          invalid([...path, field], text, `may have mixed case, but should otherwise match: ${m}`),
        );
  const equal = kind !== "" && kind === listKind;
  return [
    ...lower("plural", plural),
    ...lower("singular", singular),
    ...camel("kind", kind),
    ...camel("listKind", listKind),
    ...shortNames.flatMap((name, index) => invalidFor([...path, "shortNames", index], name, isDns1035Label(name))),
    ...categories.flatMap((name, index) => invalidFor([...path, "categories", index], name, isDns1035Label(name))),
    ...(equal ? [invalid([...path, "listKind"], listKind, "kind and listKind may not be the same")] : []),
  ];
}

function conversionFindings({ strategy, webhook }: CustomResourceConversion, path: Path): Findings {
  if (strategy === "") return [];
  if (strategy === "None") return [];
  if (strategy !== "Webhook") return [notSupported([...path, "strategy"], strategy, ["None", "Webhook"])];
  if (webhook?.clientConfig === undefined) {
    return [required([...path, "webhook", "clientConfig"], "required when strategy is set to Webhook")];
  }
  const versions = webhook.conversionReviewVersions;
  const at = [...path, "webhook"];
  return [
    ...clientFindings(webhook.clientConfig, [...at, "clientConfig"]),
    ...(versions.length > 0 && !versions.includes("v1") && !versions.includes("v1beta1")
      ? [invalid([...at, "conversionReviewVersions"], versions, "must include at least one of v1, v1beta1")]
      : []),
  ];
}

/** The name says plural and group; versions that objects were stored in do not go. */
export function crdErrors(next: CustomResourceDefinition, old: CustomResourceDefinition | undefined): Findings {
  const { group, names, versions, scope } = next.spec;
  const out: FieldError[] = [];
  if (next.metadata.name !== `${names.plural}.${group}`) {
    out.push(invalid(["metadata", "name"], next.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  const known = new Set(versions.map((version) => version.name));
  for (const [index, stored] of (next.status?.storedVersions ?? []).entries()) {
    if (!known.has(stored))
      out.push(
        invalid(
          ["status", "storedVersions", index],
          stored,
          "missing from spec.versions; must appear in spec.versions",
        ),
      );
  }
  const established =
    old?.status?.conditions?.some((one) => one.type === "Established" && one.status === "True") === true;
  if (old === undefined) return out;
  if (old.spec.group !== group) out.push(invalid(["spec", "group"], group, "field is immutable"));
  if (old.spec.names.plural !== names.plural)
    out.push(invalid(["spec", "names", "plural"], names.plural, "field is immutable"));
  if (established && old.spec.scope !== scope) out.push(invalid(["spec", "scope"], scope, "field is immutable"));
  if (established && old.spec.names.kind !== names.kind) {
    out.push(invalid(["spec", "names", "kind"], names.kind, "field is immutable"));
  }
  return out;
}
