// The published conformance suite (@bufbuild/cel-spec) against an environment with all libraries. What is skipped has its reason in
// SKIPPED; what has a value upstream and is refused here stands in REFUSED.
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from "@bufbuild/cel-spec/testdata/tests.js";
import { describe, expect, test } from "vitest";
import { expectsFailure, refusalOf, runCase } from "./testing/conformance-case.ts";

const MESSAGES = "Kubernetes has no protobuf message types in expressions";
const FORMAT = "Kubernetes has version 2 of the strings extension, which formats otherwise";

/** Tests that are not run, by the beginning of their path, each with its reason. */
const SKIPPED: readonly (readonly [path: string, reason: string])[] = [
  ["bindings_ext/", "Kubernetes has no cel.bind"],
  ["block_ext/", "Kubernetes has no cel.block"],
  ["encoders_ext/", "Kubernetes has no base64 functions"],
  ["math_ext/", "Kubernetes has no math extension"],
  ["enums/", MESSAGES],
  ["proto2/", MESSAGES],
  ["proto2_ext/", MESSAGES],
  ["proto3/", MESSAGES],
  ["wrappers/", MESSAGES],
  ["dynamic/", MESSAGES],
  ["comparisons/eq_wrapper/", MESSAGES],
  ["parse/nest/message_literal", MESSAGES],
  ["parse/repeat/message_literal", MESSAGES],
  ["type_deductions/field_access/", MESSAGES],
  ["type_deductions/wrappers/", MESSAGES],
  ["fields/quoted_map_fields/", "Kubernetes 1.36 has no names between backquotes"],
  ["fields/qualified_identifier_resolution/map_value_repeat_key", "as upstream, the last of two equal keys counts"],
  ["optionals/optionals/map_null_entry_no_such_key", "as upstream's default, what has no fields has no such field"],
  ["optionals/optionals/map_present_key_invalid_field", "as upstream's default, what has no fields has no such field"],
  ["string_ext/format/", FORMAT],
  ["string_ext/value_errors/indexof_out_of_range", "as upstream: nothing is found there"],
  ["string_ext/value_errors/lastindexof_out_of_range", "as upstream: nothing is found there"],
  ["timestamps/duration_converters/get_milliseconds", "as upstream: all milliseconds, not those within the second"],
  ["type_deductions/functions/function_result_type", "declares a function without an implementation"],
  ["type_deductions/type_parameters/", "declares functions without an implementation"],
  ["type_deductions/legacy_nullable_types/", "upstream does not pass them either"],
];

const UNDECLARED = /^ERROR: <input>:1:\d+: undeclared reference to '/;
const OPERANDS = /^ERROR: <input>:1:\d+: found no matching overload for '/;
const OPERAND = /^ERROR: <input>:1:\d+: expected type 'bool' but found '/;

/**
 * Tests that have a value only where nothing is checked, by the beginning of their path, each with what the checker has against it:
 * Kubernetes checks every expression.
 */
const REFUSED: readonly (readonly [path: string, message: RegExp])[] = [
  ["basic/variables/unbound_is_runtime_error", UNDECLARED],
  ["basic/functions/unbound_is_runtime_error", UNDECLARED],
  ["parse/receiver_function_names/", UNDECLARED],
  ["comparisons/eq_literal/not_eq_list_length", OPERANDS],
  ["comparisons/eq_literal/eq_mixed_types", OPERANDS],
  ["comparisons/eq_literal/eq_list_elem_mixed_types", OPERANDS],
  ["comparisons/ne_literal/ne_mixed_types", OPERANDS],
  ["logic/conditional/mixed_type", OPERANDS],
  ["logic/AND/short_circuit_type_", OPERAND],
  ["logic/OR/short_circuit_type_", OPERAND],
];
/** What the checker has against tests that are meant to fail unchecked. */
const REFUSED_FAILURE = [
  UNDECLARED,
  OPERANDS,
  OPERAND,
  /^ERROR: <input>:1:\d+: type '.*' does not support field selection/,
];
/** Some tests of a section need messages. */
const NEEDS_MESSAGES = /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|\bmsg\./;

interface Case {
  readonly path: string;
  readonly test: IncrementalTest;
}

function casesOf(suite: IncrementalTestSuite, path: string): readonly Case[] {
  return [
    ...suite.tests.map((each) => ({ path: `${path}/${each.name}`, test: each })),
    ...suite.suites.flatMap((inner) => casesOf(inner, `${path}/${inner.name}`)),
  ];
}

function isRun({ path, test: { original } }: Case): boolean {
  return !SKIPPED.some(([start]) => path.startsWith(start)) && !NEEDS_MESSAGES.test(original.expr);
}

describe("simple", () => {
  const cases = getConformanceSuite().suites.flatMap((suite) => casesOf(suite, suite.name));
  const run = cases.filter(isRun);
  const messageOf = ({ path }: Case) => REFUSED.find(([start]) => path.startsWith(start))?.[1];
  const refused = run.filter((each) => messageOf(each) !== undefined);
  const failing = run.filter(({ test: { original } }) => expectsFailure(original) && refusalOf(original) !== undefined);
  const evaluated = run.filter((each) => !refused.includes(each) && !failing.includes(each));

  test.each(evaluated)("$path", ({ test: { original } }) => runCase(original));

  test.each(refused)("$path is refused", (each) => {
    expect(each.test.original.disableCheck).toBe(true);
    expect(refusalOf(each.test.original)).toMatch(messageOf(each) ?? "");
  });

  // Upstream folds constants before it runs a program, and so finds at once what fails for each input.
  test("what is to fail and is refused fails by its constants, or would by what the checker found", () => {
    const unexpected = failing.filter(({ test: { original } }) => {
      const message = refusalOf(original) ?? "";
      const isOfChecker = message.startsWith("ERROR: ");
      return isOfChecker && !(original.disableCheck && REFUSED_FAILURE.some((each) => each.test(message)));
    });
    expect(unexpected.map(({ path }) => path)).toEqual([]);
    expect({ evaluated: evaluated.length, refused: refused.length, failing: failing.length }).toEqual({
      evaluated: 1224,
      refused: 28,
      failing: 72,
    });
  });

  test("every reason to skip or to refuse has a test that it concerns", () => {
    const idle = [...SKIPPED, ...REFUSED].filter(([start]) => !cases.some(({ path }) => path.startsWith(start)));
    expect(idle).toEqual([]);
  });
});
