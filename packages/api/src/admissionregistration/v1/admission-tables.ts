import type { ApiObject, Column } from "@skates/apimachinery";
import { ageColumn, column, formatSelector, nameColumn } from "../../table.ts";
import type { MutatingAdmissionPolicy } from "./mutating-admission-policy.ts";
import type { ParamKind } from "./param-kind.ts";
import type { ParamRef } from "./param-ref.ts";
import type { ValidatingAdmissionPolicy } from "./validating-admission-policy.ts";

const UNSET = "<unset>";
const integer = { type: "integer" } as const;

interface Webhooks extends ApiObject {
  readonly webhooks?: readonly unknown[] | undefined;
}

/** The table of webhook configurations of either sort. */
export const webhookColumns: readonly Column<Webhooks>[] = [
  nameColumn,
  column("Webhooks", "Number of webhooks.", (c) => (c.webhooks ?? []).length, integer),
  ageColumn,
];

/** The table of `kubectl get validatingadmissionpolicies`. */
export const validatingPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  column("Validations", "Number of validations.", (p) => (p.spec?.validations ?? []).length, integer),
  column("ParamKind", "Kind of its parameters.", (p) => paramKindText(p.spec?.paramKind)),
  ageColumn,
];

/** The table of `kubectl get mutatingadmissionpolicies`. */
export const mutatingPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  column("Mutations", "Number of mutations.", (p) => (p.spec?.mutations ?? []).length, integer),
  column("ParamKind", "Kind of its parameters.", (p) => paramKindText(p.spec?.paramKind)),
  ageColumn,
];

function paramKindText(kind: ParamKind | undefined): string {
  return kind === undefined ? UNSET : `${kind.apiVersion ?? ""}/${kind.kind ?? ""}`;
}

interface PolicyBinding extends ApiObject {
  readonly spec?: { readonly policyName?: string | undefined; readonly paramRef?: ParamRef | undefined } | undefined;
}

/** The table of policy bindings of either sort. */
export const policyBindingColumns: readonly Column<PolicyBinding>[] = [
  nameColumn,
  column("PolicyName", "Policy that is put to work.", (b) => b.spec?.policyName ?? ""),
  column("ParamRef", "Parameters it works with.", ({ spec }) => {
    if (spec?.paramRef === undefined) return UNSET;
    const { name = "", namespace = "", selector } = spec.paramRef;
    if (name === "") return selector === undefined ? UNSET : formatSelector(selector);
    return namespace === "" ? name : `${namespace}/${name}`;
  }),
  ageColumn,
];

interface Selecting {
  readonly namespaceSelector?: object | undefined;
  readonly objectSelector?: object | undefined;
}

/** Selectors that are not given select everything. */
export function selectorDefaults<T extends Selecting>(value: T): T {
  if (value.namespaceSelector !== undefined && value.objectSelector !== undefined) return value;
  return { ...value, namespaceSelector: value.namespaceSelector ?? {}, objectSelector: value.objectSelector ?? {} };
}
