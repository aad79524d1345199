import type { ExpressionWarning, Rule, ValidatingAdmissionPolicy } from "@skates/api/admissionregistration/v1";
import { formatGroupVersion, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { type CelEnvironment, jsonTypeOfStruct } from "@skates/cel";
import { requestEnvironment } from "../expressions/request-environment.ts";
import { compileVariables } from "../expressions/variables.ts";

/** Kinds that a policy is checked against. */
const KINDS_MAX = 10;

/** Doubts about the types of a policy's expressions, by the schemas of the kinds that its rules name without wildcards. */
export function checkTypes(registry: Registry, { spec }: ValidatingAdmissionPolicy): readonly ExpressionWarning[] {
  const kinds = kindsOf(registry, spec.matchConstraints?.resourceRules ?? []);
  const params = registry
    .resources()
    .find((each) => each.kind === spec.paramKind?.kind && formatGroupVersion(each) === spec.paramKind.apiVersion);
  const environments = kinds.map((kind) => ({
    kind,
    environment: compileVariables(
      requestEnvironment(
        { params: spec.paramKind !== undefined, authorizer: true },
        {
          object: jsonTypeOfStruct(kind.schema).type,
          params: params === undefined ? undefined : jsonTypeOfStruct(params.schema).type,
        },
      ),
      spec.variables ?? [],
    ).environment,
  }));
  const check = (fieldRef: string, expression: string | undefined): readonly ExpressionWarning[] => {
    const warning = (expression ?? "") === "" ? "" : warningOf(environments, expression ?? "");
    return warning === "" ? [] : [{ fieldRef, warning }];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, index) => [
    ...check(`spec.validations[${index}].expression`, expression),
    ...check(`spec.validations[${index}].messageExpression`, messageExpression),
  ]);
}

function warningOf(
  environments: readonly { readonly kind: Resource; readonly environment: CelEnvironment }[],
  expression: string,
): string {
  const warnings = environments.flatMap(({ kind, environment }) => {
    const compilation = environment.compile(expression);
    if (compilation.ok) return [];
    return [`${kind.group}/${kind.version}, Kind=${kind.kind}: ${compilation.message}\n`];
  });
  return warnings.join("\n");
}

/** By group, version and kind. */
function kindsOf(registry: Registry, rules: readonly Rule[]): readonly Resource[] {
  const found = new Set<Resource>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes("*"))) continue;
    const plurals = resources.filter((name) => !/[*/]/.test(name));
    for (const resource of registry.resources()) {
      const named =
        apiGroups.includes(resource.group) &&
        apiVersions.includes(resource.version) &&
        plurals.includes(resource.plural);
      if (named && found.size < KINDS_MAX) found.add(resource);
    }
  }
  return [...found].toSorted((one, other) => compare(sortKey(one), sortKey(other)));
}

function sortKey({ group, version, kind }: Resource): string {
  return `${group}\u0000${version}\u0000${kind}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
