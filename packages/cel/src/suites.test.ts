// The published parsing and checking suites (@bufbuild/cel-spec): trees, messages and result types, to the letter. What is skipped
// has its reason.
import {
  getCheckingSuite,
  getParsingSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from "@bufbuild/cel-spec/testdata/tests.js";
import { describe, expect, test } from "vitest";
import { createEnvironment } from "./environment.ts";
import { optionalLibrary } from "./extensions/optional.ts";
import { formatIssues } from "./issue.ts";
import { MacroTable, parse } from "./parser/parser.ts";
import { STANDARD_LIBRARY } from "./standard/library.ts";
import { functionsOf, variablesOf } from "./testing/conformance-case.ts";
import { debugText } from "./testing/debug-text.ts";
import { boolType, bytesType, doubleType, formatType, intType, nullType, stringType, uintType } from "./type.ts";
import type { FunctionDeclaration } from "./declaration.ts";

const macros = [...(STANDARD_LIBRARY.macros ?? []), ...(optionalLibrary.macros ?? [])];

function testsOf(suite: IncrementalTestSuite): readonly IncrementalTest[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

type Row = readonly [expression: string, test: IncrementalTest];

function rowsOf(suite: IncrementalTestSuite, isRun: (test: IncrementalTest) => boolean): readonly Row[] {
  return testsOf(suite)
    .filter(isRun)
    .map((each) => [each.original.expr, each]);
}

describe("parsing", () => {
  /** Of the parser's messages; those of the checker name the input. */
  const isOfParser = (error: string) => error.startsWith("ERROR: :");
  const setsLimits = /exceeded: (?:4|32)$|max recursion depth exceeded|size exceeds limit: size: 53/m;
  // Upstream goes on with what is left of an expression after errors of syntax.
  const goesOn = new Set(["a.`b.c`()"]);
  const rows = rowsOf(
    getParsingSuite(),
    ({ error = "", original }) => !setsLimits.test(error) && !goesOn.has(original.expr),
  );

  test.each(rows)("%s", (expression, { ast, error = "" }) => {
    const result = parse(expression, new MacroTable(macros, !error.includes("unsupported syntax")));
    const text = result.ok ? debugText(result.parsed.expr) : formatIssues(expression, result.issues);
    expect(text).toBe(isOfParser(error) ? error.replaceAll(/^ERROR: :/gm, "ERROR: <input>:") : ast);
  });

  test("the most are run", () => expect(rows.length).toBeGreaterThan(170));
});

describe("checking", () => {
  const needsMessages = /TestAllTypes|google\.protobuf|NestedEnum|Msg/;
  const rows = rowsOf(getCheckingSuite(), ({ original, checkedAst = "", error = "" }) => {
    // Without optional values, which Kubernetes has, upstream does not look into entries that need them.
    if (error.includes("unsupported syntax '?'") && original.expr.includes(".?")) return false;
    // Kubernetes lets numbers of all types be compared.
    if (error.includes("applied to '(int, double)'") && /[<>]/.test(original.expr)) return false;
    return !needsMessages.test(`${original.expr}${JSON.stringify(variablesOf(original))}${checkedAst}${error}`);
  });
  const given: readonly FunctionDeclaration[] = [
    { name: "fg_s", overloads: [{ id: "fg_s_0", params: [], result: stringType, run: () => "" }] },
    {
      name: "fi_s_s",
      overloads: [{ id: "fi_s_s_0", member: true, params: [stringType], result: stringType, run: () => "" }],
    },
  ];
  /** What upstream's tests have in every environment. */
  const base = createEnvironment({
    libraries: [{ name: "given", functions: given }],
    variables: {
      is: stringType,
      ii: intType,
      iu: uintType,
      iz: boolType,
      id: doubleType,
      ix: nullType,
      ib: bytesType,
    },
  });

  test.each(rows)("%s", (expression, { original, type, error }) => {
    const environment = base.extend({
      variables: variablesOf(original),
      container: original.container,
      libraries: [
        { name: "test", functions: functionsOf(original) },
        ...(error?.includes("unsupported syntax") ? [] : [optionalLibrary]),
      ],
    });
    const compiled = environment.compile(expression);
    expect(compiled.ok ? formatType(compiled.program.resultType) : compiled.message).toBe(
      error?.replaceAll(/^ERROR: :/gm, "ERROR: <input>:") ?? type,
    );
  });

  test("the most are run", () => expect(rows.length).toBeGreaterThan(80));
});
