import type {
  MatchResources,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from "@skates/api/admissionregistration/v1";
import {
  duplicate,
  type FieldError,
  invalid,
  isDns1035Label,
  isQualifiedName,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";

type Findings = readonly FieldError[];

const ANNOTATIONS_MAX = 20;
const ANNOTATION_BYTES_MAX = 5 * 1024;
const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
const SPEC: Path = ["spec"];
const NO_CHECK = "validations or auditAnnotations must contain at least one item";

/** What is wrong with a validating policy besides its expressions. */
export function validatingPolicyFindings({ metadata, spec }: ValidatingAdmissionPolicy): Findings {
  const { validations = [], auditAnnotations = [], variables = [] } = spec;
  const nothing = validations.length === 0 && auditAnnotations.length === 0;
  const annotations: Path = [...SPEC, "auditAnnotations"];
  return [
    ...paramKindFindings(spec.paramKind),
    ...constraintFindings(spec.matchConstraints),
    ...variables.flatMap(variableFindings),
    ...(nothing ? [required([...SPEC, "validations"], NO_CHECK), required(annotations, NO_CHECK)] : []),
    ...validations.flatMap(validationFindings),
    ...(auditAnnotations.length > ANNOTATIONS_MAX
      ? [invalid(annotations, auditAnnotations, `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`)]
      : []),
    ...auditAnnotations.flatMap(({ key, valueExpression }, index) => [
      ...isQualifiedName(`${metadata.name}/${key}`).map((message) =>
        invalid([...annotations, index, "key"], `${metadata.name}/${key}`, message),
      ),
      ...valueFindings(valueExpression, [...annotations, index, "valueExpression"]),
      ...(auditAnnotations.findIndex((other) => other.key === key) < index
        ? [duplicate([...annotations, index, "key"], key)]
        : []),
    ]),
  ];
}

/** What is wrong with a mutating policy besides its expressions. */
export function mutatingPolicyFindings({ spec }: MutatingAdmissionPolicy): Findings {
  const { mutations = [], variables = [] } = spec;
  return [
    ...paramKindFindings(spec.paramKind),
    ...constraintFindings(spec.matchConstraints),
    ...variables.flatMap(variableFindings),
    ...(mutations.length === 0
      ? [required([...SPEC, "mutations"], "mutations must contain at least one item")]
      : mutations.flatMap(mutationFindings)),
    ...((spec.reinvocationPolicy ?? "") === "" ? [required([...SPEC, "reinvocationPolicy"])] : []),
  ];
}

function mutationFindings(mutation: Mutation, index: number): Findings {
  const { patchType, applyConfiguration, jsonPatch } = mutation;
  const at: Path = [...SPEC, "mutations", index];
  const [name, member] =
    patchType === "JSONPatch"
      ? (["jsonPatch", jsonPatch] as const)
      : (["applyConfiguration", applyConfiguration] as const);
  if (member === undefined) return [required([...at, name], `must be specified when patchType is ${patchType}`)];
  const other = patchType === "JSONPatch" ? applyConfiguration : jsonPatch;
  const otherName = patchType === "JSONPatch" ? "applyConfiguration" : "jsonPatch";
  return [
    ...((member.expression ?? "").trim() === ""
      ? [required([...at, name, "expression"], "expression is not specified")]
      : []),
    ...(other === undefined
      ? []
      : [invalid([...at, otherName], other, `must not be specified when patchType is ${patchType}`)]),
  ];
}

function paramKindFindings(kind: ParamKind | undefined): Findings {
  if (kind === undefined) return [];
  const at: Path = [...SPEC, "paramKind"];
  const { apiVersion = "", kind: name = "" } = kind;
  const out: FieldError[] = [];
  const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
  if (apiVersion === "") out.push(required([...at, "apiVersion"]));
  else if (apiVersion.split("/").length > 2) {
    out.push(invalid([...at, "apiVersion"], apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else if (version === "") out.push(invalid([...at, "apiVersion"], apiVersion, "version must be specified"));
  else out.push(...isDns1035Label(version).map((message) => invalid([...at, "apiVersion"], version, message)));
  if (name === "") out.push(required([...at, "kind"]));
  else {
    const messages = isDns1035Label(name.toLowerCase());
    if (messages.length > 0) {
      const detail = `may have mixed case, but should otherwise match: ${messages.join(",")}`;
      out.push(invalid([...at, "kind"], name, detail));
    }
  }
  return out;
}

function constraintFindings(constraints: MatchResources | undefined): Findings {
  const at: Path = [...SPEC, "matchConstraints"];
  if (constraints === undefined) return [required(at)];
  return (constraints.resourceRules ?? []).length === 0 ? [required([...at, "resourceRules"])] : [];
}

function variableFindings({ name, expression }: Variable, index: number): Findings {
  const at: Path = [...SPEC, "variables", index];
  return [
    ...(name.trim() === ""
      ? [required([...at, "name"], "name is not specified")]
      : /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name)
        ? []
        : [invalid([...at, "name"], name, "name is not a valid CEL identifier")]),
    ...(expression.trim() === "" ? [required([...at, "expression"], "expression is not specified")] : []),
  ];
}

function validationFindings(
  { expression, message = "", messageExpression = "", reason }: Validation,
  index: number,
): Findings {
  const at: Path = [...SPEC, "validations", index];
  const out: FieldError[] = [];
  if (expression.trim() === "") out.push(required([...at, "expression"], "expression is not specified"));
  if (messageExpression !== "" && messageExpression.trim() === "") {
    out.push(invalid([...at, "messageExpression"], messageExpression, "must be non-empty if specified"));
  }
  if (message !== "" && message.trim() === "") {
    out.push(invalid([...at, "message"], message, "message must be non-empty if specified"));
  } else if (/[\n\r]/.test(message.trim())) {
    out.push(invalid([...at, "message"], message, "message must not contain line breaks"));
  }
  if (reason !== undefined && !REASONS.includes(reason)) out.push(notSupported([...at, "reason"], reason, REASONS));
  return out;
}

function valueFindings(expression: string, path: Path): Findings {
  if (expression.trim() === "") return [required(path, "valueExpression is not specified")];
  if (new TextEncoder().encode(expression.trim()).length <= ANNOTATION_BYTES_MAX) return [];
  return [required(path, `must not exceed ${ANNOTATION_BYTES_MAX} bytes in length`)];
}
