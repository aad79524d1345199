// The published conformance suites (@bufbuild/cel-spec): the simple tests against an environment with all libraries, and the
// parsing and checking suites by their results and messages. What is skipped has its reason in SKIPPED.
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from "@bufbuild/cel-spec/testdata/tests.js";
import { describe, expect, test } from "vitest";
import { runCase } from "./testing/conformance-case.ts";

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

  test.each(run)("$path", ({ test: { original } }) => runCase(original));

  test("every reason to skip has a test that it skips", () => {
    const idle = SKIPPED.filter(([start]) => !cases.some(({ path }) => path.startsWith(start)));
    expect(idle).toEqual([]);
    expect(run.length).toBeGreaterThan(1300);
  });
});
