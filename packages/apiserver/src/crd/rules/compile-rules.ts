import type { ValidationRule } from "@skates/api/apiextensions/v1";
import {
  type CelProgram,
  type Compilation,
  compilationFailure,
  COST_MAX,
  kubernetesEnvironment,
  type JsonType,
  optionalType,
  REQUEST_BYTES_MAX,
} from "@skates/cel";
import type { Path } from "@skates/apimachinery";
import { fieldPath } from "../field-path.ts";
import type { StructuralSchema } from "../structural-schema.ts";

/** A rule, ready to run. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: CelProgram;
  readonly usesOldSelf: boolean;
  /** Makes the message; absent where the rule has none of its own. */
  readonly message: CelProgram | undefined;
  /** Where findings are, below the value. */
  readonly path: Path;
  readonly maxCost: number;
  readonly messageMaxCost: number;
  /** How often the value may be in a request where nothing else limits it. */
  readonly maxCardinality: number;
}

/** What a rule of a definition comes to: a program, or what is wrong with its rule or its message. */
export interface RuleResult {
  readonly compiled: CompiledRule | undefined;
  readonly ruleError: string | undefined;
  readonly messageError: string | undefined;
}

const BASE = kubernetesEnvironment();

/** Compiles the rules of a schema, of whose values `type` is the type; not those within it. */
export function compileRules(schema: StructuralSchema, type: JsonType): readonly RuleResult[] {
  const rules = schema.props["x-kubernetes-validations"] ?? [];
  return rules.map((rule) => compileRule(rule, schema, type));
}

function compileRule(rule: ValidationRule, schema: StructuralSchema, type: JsonType): RuleResult {
  const failed = (ruleError: string): RuleResult => ({ compiled: undefined, ruleError, messageError: undefined });
  if (rule.rule.trim() === "") return failed("rule is not specified");
  const oldSelf = rule.optionalOldSelf === true ? optionalType(type.type) : type;
  const environment = BASE.extend({ variables: { self: type, oldSelf } });
  const made = environment.compile(rule.rule);
  if (!made.ok) return failed(compilationFailure(made));
  if (made.program.resultType.kind !== "bool") return failed("cel expression must evaluate to a bool");
  const { messageExpression = "" } = rule;
  const message = messageExpression.trim() === "" ? undefined : environment.compile(messageExpression);
  const texts = message?.ok === true && message.program.resultType.kind === "string";
  const messageError =
    message === undefined || texts
      ? undefined
      : message.ok
        ? "messageExpression must evaluate to a string"
        : messageFailure(message);
  const found = (rule.fieldPath ?? "") === "" ? undefined : fieldPath(rule.fieldPath ?? "", schema);
  const compiled: CompiledRule = {
    rule,
    program: made.program,
    usesOldSelf: made.program.references.has("oldSelf"),
    message: message?.ok === true && texts ? message.program : undefined,
    path: found !== undefined && "path" in found ? found.path : [],
    maxCost: Math.min(made.program.estimateCost().max, COST_MAX),
    messageMaxCost: message?.ok === true && texts ? message.program.estimateCost().max : 0,
    maxCardinality: Math.floor(REQUEST_BYTES_MAX / (type.minSizeBytes + 1)),
  };
  return { compiled, ruleError: undefined, messageError };
}

function messageFailure({ stage, message }: Compilation & { readonly ok: false }): string {
  return `messageExpression ${stage === "check" ? "compilation" : "instantiation"} failed: ${message}`;
}
