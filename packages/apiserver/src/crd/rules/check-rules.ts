import {
  COST_MAX,
  escapeName,
  type JsonType,
  jsonTypeOfSchema,
  RULE_ESTIMATE_LIMIT,
  RULES_ESTIMATE_LIMIT,
} from "@skates/cel";
import { type FieldError, forbidden, formatPath, invalid, type Path } from "@skates/apimachinery";
import type { StructuralSchema } from "../structural-schema.ts";
import { compileRules, type RuleResult } from "./compile-rules.ts";

/** Rules that are named when all together cost too much. */
const NAMED_MAX = 4;

/** Compiles all rules of a schema, and says which do not compile or may cost too much. In upstream's words. */
export function checkRules(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const total: Total = { cost: 0, expensive: [] };
  const errors: FieldError[] = [];
  walk(schema, { path, cardinality: 1, type: undefined, root: true, uncorrelated: undefined }, { total, errors });
  if (total.cost <= RULES_ESTIMATE_LIMIT) return errors;
  const expensive = total.expensive.toSorted((a, b) => b.cost - a.cost).slice(0, NAMED_MAX);
  const each = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
  const all = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
  return [
    ...errors,
    ...expensive.map((one) => forbidden(one.path, each)),
    forbidden(path, tooCostly(all, total.cost, RULES_ESTIMATE_LIMIT)),
  ];
}

interface Total {
  cost: number;
  readonly expensive: { readonly path: Path; readonly cost: number }[];
}

interface Place {
  readonly path: Path;
  /** How often the value may be there; undefined: nothing limits it. */
  readonly cardinality: number | undefined;
  /** Known where a schema above has rules. */
  readonly type: JsonType | undefined;
  readonly root: boolean;
  /** The nearest place to the root whose parts have no counterpart in the old object. */
  readonly uncorrelated: Path | undefined;
}

interface Report {
  readonly total: Total;
  readonly errors: FieldError[];
}

function walk(schema: StructuralSchema, place: Place, report: Report): void {
  const { props, properties, items, additional } = schema;
  const hasRules = (props["x-kubernetes-validations"] ?? []).length > 0;
  const type = place.type ?? (hasRules ? jsonTypeOfSchema(schema, place.root ? { root: true } : {}) : undefined);
  if (hasRules) {
    if (type === undefined) {
      const text = "failed to convert to declType for CEL validation rules";
      report.errors.push(invalid([...place.path, "x-kubernetes-validations"], "", text));
    } else checkOwn(schema, type, { place, report });
  }
  const below = (part: StructuralSchema, step: Path, more: Partial<Place>): void => {
    const cardinality = times(place.cardinality, elementsOf(schema));
    walk(part, { ...place, root: false, ...more, cardinality, path: [...place.path, ...step] }, report);
  };
  for (const [name, part] of properties) {
    const escaped = escapeName(name);
    const inner = escaped === undefined ? undefined : type?.field?.(escaped);
    below(part, ["properties", { key: name }], { type: inner });
  }
  if (typeof additional === "object") below(additional, ["additionalProperties"], { type: type?.element });
  if (items === undefined) return;
  const correlated = props["x-kubernetes-list-type"] === "map";
  const uncorrelated = place.uncorrelated ?? (correlated ? undefined : place.path);
  below(items, ["items"], { type: type?.element, uncorrelated });
}

function elementsOf({ props, additional }: StructuralSchema): number | undefined {
  if (props.type === "array") return props.maxItems === undefined ? undefined : Math.max(0, Number(props.maxItems));
  if (props.type !== "object" || additional === undefined) return 1;
  return props.maxProperties === undefined ? undefined : Math.max(0, Number(props.maxProperties));
}

function times(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.min(one * other, COST_MAX);
}

function checkOwn(
  schema: StructuralSchema,
  type: JsonType,
  { place, report }: { readonly place: Place; readonly report: Report },
): void {
  for (const [index, result] of compileRules(schema, type).entries()) {
    const path = [...place.path, "x-kubernetes-validations", index];
    report.errors.push(...resultFindings(result, schema.props["x-kubernetes-validations"]?.[index], path));
    const { compiled } = result;
    if (compiled === undefined) continue;
    const often = place.cardinality ?? compiled.maxCardinality;
    const observe = (name: string, cost: number, words: string): void => {
      if (cost > RULE_ESTIMATE_LIMIT)
        report.errors.push(forbidden([...path, name], tooCostly(words, cost, RULE_ESTIMATE_LIMIT)));
      report.total.cost += cost;
      if (cost >= RULES_ESTIMATE_LIMIT / 100) report.total.expensive.push({ path: [...path, name], cost });
    };
    observe("rule", Math.min(compiled.maxCost * often, COST_MAX), "estimated rule cost");
    if (compiled.message !== undefined) {
      observe("messageExpression", compiled.messageMaxCost, "estimated messageExpression cost");
    }
    if (!compiled.usesOldSelf && compiled.rule.optionalOldSelf !== undefined) {
      const text = "may not be set if oldSelf is not used in rule";
      report.errors.push(invalid([...path, "optionalOldSelf"], compiled.rule.optionalOldSelf, text));
    }
    if (compiled.usesOldSelf && place.uncorrelated !== undefined) {
      const where = formatPath(place.uncorrelated);
      const text = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${where}`;
      report.errors.push(invalid([...path, "rule"], compiled.rule.rule, text));
    }
  }
}

function resultFindings({ ruleError, messageError }: RuleResult, rule: unknown, path: Path): readonly FieldError[] {
  return [
    ...(ruleError === undefined ? [] : [invalid([...path, "rule"], rule, ruleError)]),
    ...(messageError === undefined ? [] : [invalid([...path, "messageExpression"], rule, messageError)]),
  ];
}

function tooCostly(what: string, cost: number, limit: number): string {
  const ratio = cost / limit;
  const factor = ratio > 100 ? "more than 100x" : `${ratio < 1.5 ? ratio.toFixed(6) : ratio.toFixed(1)}x`;
  const advice =
    "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
  return `${what} exceeds budget by factor of ${factor} ${advice}`;
}
