import {
  type MutatingAdmissionPolicy,
  mutatingAdmissionPolicies,
  type MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
  type ValidatingWebhookConfiguration,
  validatingWebhookConfigurations,
} from "@skates/api/admissionregistration/v1";
import { type ApiObject, equalValues, type FieldError, invalid, type Path, type Resource } from "@skates/apimachinery";
import type { CompiledExpression } from "../expressions/compiled-expression.ts";
import type { CompiledVariable } from "../expressions/variables.ts";
import { type CompiledConditions, compileConditions } from "../expressions/match-conditions.ts";
import { RequestEnvironments } from "../expressions/request-environment.ts";
import { compileMutatingPolicy } from "./mutating-program.ts";
import { mutatingPolicyFindings, validatingPolicyFindings } from "./policy-findings.ts";
import { compileValidatingPolicy } from "./validating-program.ts";

/** Kinds with expressions: they are compiled when they are written, and one that does not compile is refused with its position. */
export function checkedPolicies(): readonly Resource[] {
  const environments = new RequestEnvironments();
  return [
    checked<ValidatingAdmissionPolicy>(validatingAdmissionPolicies, (policy) => [
      ...validatingPolicyFindings(policy),
      ...validatingErrors(environments, policy),
    ]),
    checked<MutatingAdmissionPolicy>(mutatingAdmissionPolicies, (policy) => [
      ...mutatingPolicyFindings(policy),
      ...mutatingErrors(environments, policy),
    ]),
    checked<ValidatingWebhookConfiguration>(validatingWebhookConfigurations, (configuration) =>
      webhookErrors(environments, configuration),
    ),
    checked<MutatingWebhookConfiguration>(mutatingWebhookConfigurations, (configuration) =>
      webhookErrors(environments, configuration),
    ),
  ];
}

/** What has not changed was found right before, perhaps by an older server. */
function checked<T extends ApiObject>(resource: Resource<T>, find: (object: T) => readonly FieldError[]): Resource {
  const { strategy } = resource;
  const validate: typeof strategy.validate = (next, old, request) => {
    const others = strategy.validate?.(next, old, request) ?? [];
    const { metadata: _, ...content } = next;
    const { metadata: __, ...before } = old ?? { metadata: undefined };
    const status = request.subresource === "status";
    return status || equalValues(content, before) ? others : [...others, ...find(next)];
  };
  const out: Resource<T> = { ...resource, strategy: { ...strategy, validate } };
  return out;
}

const SPEC: Path = ["spec"];

function validatingErrors(environments: RequestEnvironments, policy: ValidatingAdmissionPolicy): readonly FieldError[] {
  const program = compileValidatingPolicy(environments, policy);
  return [
    ...conditionErrors(program.conditions, [...SPEC, "matchConditions"]),
    ...variableErrors(program.variables),
    ...program.validations.flatMap(({ condition, messageExpression }, index) => [
      ...expressionErrors(condition, [...SPEC, "validations", index, "expression"]),
      ...(messageExpression === undefined
        ? []
        : expressionErrors(messageExpression, [...SPEC, "validations", index, "messageExpression"])),
    ]),
    ...program.annotations.flatMap(({ value }, index) =>
      expressionErrors(value, [...SPEC, "auditAnnotations", index, "valueExpression"]),
    ),
  ];
}

function mutatingErrors(environments: RequestEnvironments, policy: MutatingAdmissionPolicy): readonly FieldError[] {
  const program = compileMutatingPolicy(environments, policy);
  return [
    ...conditionErrors(program.conditions, [...SPEC, "matchConditions"]),
    ...variableErrors(program.variables),
    ...program.mutations.flatMap(({ type, expression }, index) => {
      const member = type === "JSONPatch" ? "jsonPatch" : "applyConfiguration";
      return expressionErrors(expression, [...SPEC, "mutations", index, member, "expression"]);
    }),
  ];
}

function webhookErrors(
  environments: RequestEnvironments,
  { webhooks = [] }: ValidatingWebhookConfiguration | MutatingWebhookConfiguration,
): readonly FieldError[] {
  const environment = environments.get({ params: false, authorizer: true });
  return webhooks.flatMap(({ matchConditions }, index) =>
    conditionErrors(compileConditions(environment, matchConditions), ["webhooks", index, "matchConditions"]),
  );
}

function conditionErrors(conditions: CompiledConditions, path: Path): readonly FieldError[] {
  return conditions.flatMap((condition, index) => expressionErrors(condition, [...path, index, "expression"]));
}

function variableErrors(variables: ReadonlyMap<string, CompiledVariable>): readonly FieldError[] {
  return [...variables.values()].flatMap((variable, index) =>
    expressionErrors(variable, [...SPEC, "variables", index, "expression"]),
  );
}

/** An expression that is not there is the business of other rules. */
function expressionErrors(compiled: CompiledExpression | CompiledVariable, path: Path): readonly FieldError[] {
  if (!("error" in compiled) || compiled.expression.trim() === "") return [];
  return [invalid(path, compiled.expression, compiled.error)];
}
