import {
  type FieldError,
  forbidden,
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

const WARNING_MAX = 256;

/** Names, scope, versions and conversion of a new kind. What its schemas say is checked where they are compiled. */
export function crdSpecRules(spec: CustomResourceDefinitionSpec, _old: unknown, path: Path): Findings {
  const { group, names, scope, versions } = spec;
  const out: FieldError[] = [];
  if (group !== "") {
    out.push(...invalidFor([...path, "group"], group, isDns1123Subdomain(group)));
    if (!group.includes(".")) out.push(invalid([...path, "group"], group, "should be a domain with at least one dot"));
  }
  if (scope !== "" && scope !== "Cluster" && scope !== "Namespaced") {
    out.push(notSupported([...path, "scope"], scope, ["Cluster", "Namespaced"]));
  }
  if (new Set(versions.map(({ name }) => name)).size !== versions.length) {
    out.push(invalid([...path, "versions"], versions, "must contain unique version names"));
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    out.push(invalid([...path, "versions"], versions, "must have exactly one version marked as storage version"));
  }
  return [
    ...out,
    ...versions.flatMap((version, index) => versionFindings(version, [...path, "versions", index])),
    ...nameFindings(names, [...path, "names"]),
    ...(spec.conversion === undefined ? [] : conversionFindings(spec.conversion, [...path, "conversion"])),
  ];
}

function versionFindings(version: CustomResourceDefinitionVersion, path: Path): Findings {
  const { name, schema, deprecated, deprecationWarning } = version;
  const out: FieldError[] = name === "" ? [] : [...invalidFor([...path, "name"], name, isDns1035Label(name))];
  if (schema?.openAPIV3Schema === undefined) out.push(required([...path, "schema", "openAPIV3Schema"]));
  const at = [...path, "deprecationWarning"];
  for (const text of warningMessages(deprecated === true, deprecationWarning)) {
    out.push(invalid(at, deprecationWarning, text));
  }
  return out;
}

function warningMessages(deprecated: boolean, warning: string | undefined): readonly string[] {
  if (warning === undefined) return [];
  if (!deprecated) return ["can only be set for deprecated versions"];
  const out: string[] = [];
  if (new TextEncoder().encode(warning).length > WARNING_MAX) out.push(`must be <= ${WARNING_MAX} characters long`);
  if (warning === "") out.push("must not be an empty string");
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\x20]/u.exec(warning);
  if (odd !== null) {
    const text = "must only contain printable UTF-8 characters; non-printable character found at index";
    out.push(`${text} ${odd.index}`);
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

/** Paths as upstream has them: those of a form that the definition had before. */
function conversionFindings({ strategy, webhook }: CustomResourceConversion, path: Path): Findings {
  if (strategy === "") return [];
  const client = [...path, "webhookClientConfig"];
  const reviews = [...path, "conversionReviewVersions"];
  if (strategy === "None") {
    const text = "should not be set when strategy is not set to Webhook";
    return [
      ...(webhook?.clientConfig === undefined ? [] : [forbidden(client, text)]),
      ...((webhook?.conversionReviewVersions.length ?? 0) === 0 ? [] : [forbidden(reviews, text)]),
    ];
  }
  if (strategy !== "Webhook") return [notSupported([...path, "strategy"], strategy, ["None", "Webhook"])];
  return [
    ...(webhook?.clientConfig === undefined
      ? [required(client, "required when strategy is set to Webhook")]
      : clientFindings(webhook.clientConfig, client)),
    ...reviewFindings(webhook?.conversionReviewVersions ?? [], reviews),
  ];
}

function reviewFindings(versions: readonly string[], path: Path): Findings {
  if (versions.length === 0) return [required(path)];
  const out: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) out.push(invalid([...path, index], version, "duplicate version"));
    else out.push(...invalidFor([...path, index], version, isDns1035Label(version)));
  }
  if (!versions.includes("v1") && !versions.includes("v1beta1")) {
    out.push(invalid(path, versions, "must include at least one of v1, v1beta1"));
  }
  return out;
}

/** The name says plural and group; versions that objects were stored in do not go. */
export function crdErrors(next: CustomResourceDefinition, old: CustomResourceDefinition | undefined): Findings {
  const { group, names, scope } = next.spec;
  const out: FieldError[] = [];
  if (next.metadata.name !== `${names.plural}.${group}`) {
    out.push(invalid(["metadata", "name"], next.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  out.push(...storedFindings(next), ...preservedFindings(next, old));
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

/** Objects may be stored in every version that was ever the stored one, until somebody has moved them and says so. */
function storedFindings({ spec: { versions }, status }: CustomResourceDefinition): Findings {
  const stored = status?.storedVersions ?? [];
  const path = ["status", "storedVersions"];
  if (stored.length === 0) return [invalid(path, stored, "must have at least one stored version")];
  const out: FieldError[] = [];
  for (const { name, storage } of versions) {
    if (storage && !stored.includes(name)) out.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  for (const [index, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    out.push(invalid([...path, index], name, detail));
  }
  return out;
}

function preservedFindings(
  { spec: { preserveUnknownFields } }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): Findings {
  if (preserveUnknownFields !== true || old?.spec.preserveUnknownFields === true) return [];
  const detail =
    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
  return [invalid(["spec", "preserveUnknownFields"], true, detail)];
}
