// Flags are read as pflag reads them, and a wrong one is named in the error.
import { expect, test } from "vitest";
import { describeFlags, type FlagSpecs, parseFlags } from "./flags.ts";

const SPECS: FlagSpecs = {
  "data-dir": { type: "string", value: "DIR", doc: "Where the cluster lives." },
  "api-port": { type: "int", value: "N", doc: "Port of the API." },
  "no-merge": { type: "bool", doc: "Leave my kubeconfig alone." },
  tag: { type: "list", value: "T", doc: "May repeat." },
};
const parse = (...argv: string[]) => parseFlags("up", SPECS, argv);

test("values come as the next word or after an equals sign, among arguments", () => {
  const { flags, args } = parse("a", "--data-dir", "/x", "b", "--api-port=7000", "--no-merge", "--tag=1", "--tag", "2");
  expect([flags.string("data-dir"), flags.int("api-port"), flags.bool("no-merge"), flags.list("tag"), args]).toEqual([
    "/x",
    7000,
    true,
    ["1", "2"],
    ["a", "b"],
  ]);
});

test("an absent flag is undefined or false, and a bool can be switched off", () => {
  const { flags } = parse("--no-merge=false");
  expect([flags.string("data-dir"), flags.int("api-port"), flags.bool("no-merge")]).toEqual([
    undefined,
    undefined,
    false,
  ]);
});

test("all after -- is an argument", () => {
  expect(parse("--", "--data-dir", "-x").args).toEqual(["--data-dir", "-x"]);
});

test.each([
  [["--nope"], "unknown flag --nope: see 'skates up --help'"],
  [["-x"], "unknown flag -x: see 'skates up --help'"],
  [["--constructor"], "unknown flag --constructor: see 'skates up --help'"],
  [["--data-dir"], "flag --data-dir needs an argument: --data-dir DIR"],
  [["--api-port", "x"], 'invalid value "x" for flag --api-port: a whole number'],
  [["--no-merge=maybe"], 'invalid value "maybe" for flag --no-merge: true or false'],
])("%j is refused", (argv, message) => {
  expect(() => parse(...argv)).toThrow(message);
});

test("help lists flags in columns", () => {
  expect(describeFlags(SPECS).split("\n")[0]).toBe("  --data-dir DIR  Where the cluster lives.");
});
