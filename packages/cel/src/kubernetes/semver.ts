import { goQuote } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { Library, Overload } from "../declaration.ts";
import { intOf } from "../integer.ts";
import { global, member, text } from "../standard/overload.ts";
import { boolType, type CelType, intType, objectType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { opaqueKind } from "./opaque.ts";

interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly preRelease: readonly (bigint | string)[];
}

const semverType: CelType = objectType("kubernetes.Semver");
const versions = opaqueKind<Version>(semverType, { equals: (one, other) => compareVersions(one, other) === 0 });

/** The value of a semantic version's text; `normalized` also takes `v1.2` and leading zeros. Throws CelError where it is none. */
export function semverValue(written: string, normalized = false): CelValue {
  return versions.make(parseVersion(normalized ? normalize(written) : written));
}

/** `semver("1.2.3")` and what can be asked of it. */
export const semverLibrary: Library = {
  name: "kubernetes.Semver",
  functions: [
    {
      name: "semver",
      overloads: [
        global("string_to_semver", {
          params: [stringType],
          result: semverType,
          run: (written) => semverValue(text(written)),
        }),
        global("string_bool_to_semver", {
          params: [stringType, boolType],
          result: semverType,
          run: (written, normalized) => semverValue(text(written), normalized === true),
        }),
      ],
    },
    {
      name: "isSemver",
      overloads: [
        global("is_semver_string", {
          params: [stringType],
          result: boolType,
          run: (written) => isVersion(text(written), false),
        }),
        global("is_semver_string_bool", {
          params: [stringType, boolType],
          result: boolType,
          run: (written, normalized) => isVersion(text(written), normalized === true),
        }),
      ],
    },
    { name: "isGreaterThan", overloads: [comparison("semver_is_greater_than", boolType, (order) => order > 0)] },
    { name: "isLessThan", overloads: [comparison("semver_is_less_than", boolType, (order) => order < 0)] },
    { name: "compareTo", overloads: [comparison("semver_compare_to", intType, (order) => order)] },
    { name: "major", overloads: [part("semver_major", 0)] },
    { name: "minor", overloads: [part("semver_minor", 1)] },
    { name: "patch", overloads: [part("semver_patch", 2)] },
  ],
};

function comparison(id: string, result: CelType, answer: (order: number) => CelValue): Overload {
  return member(id, {
    params: [semverType, semverType],
    result,
    run: (one, other) => answer(compareVersions(versions.data(one), versions.data(other))),
  });
}

function part(id: string, index: 0 | 1 | 2): Overload {
  return member(id, {
    params: [semverType],
    result: intType,
    // Upstream's numbers are unsigned and come out as they fit into signed ones.
    run: (value) => intOf(BigInt.asIntN(64, versions.data(value).numbers[index])),
  });
}

function isVersion(written: string, normalized: boolean): boolean {
  try {
    semverValue(written, normalized);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

function normalize(written: string): string {
  const [first = "", second, ...rest] = written.replace(/^v/, "").split(".");
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join(".")])];
  const trimmed = parts.map((each) => {
    if (each.length < 2) return each;
    const bare = each.replace(/^0+/, "");
    return /^\d/.test(bare) ? bare : `0${bare}`;
  });
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? ""))
    throw new CelError("short version cannot contain PreRelease/Build meta data");
  while (trimmed.length < 3) trimmed.push("0");
  return trimmed.join(".");
}

function parseVersion(written: string): Version {
  if (written === "") throw new CelError("Version string empty");
  const [major, minor, ...rest] = written.split(".");
  if (major === undefined || minor === undefined || rest.length === 0)
    throw new CelError("No Major.Minor.Patch elements found");
  const tail = rest.join(".");
  const [, patch = "", preRelease, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(tail) ?? [];
  const numbers = [number("Major", major), number("Minor", minor), number("Patch", patch)] as const;
  const identifiers = preRelease === undefined ? [] : preRelease.split(".").map(preReleaseIdentifier);
  if (build !== undefined) for (const each of build.split(".")) checkBuild(each);
  return { numbers, preRelease: identifiers };
}

function number(name: string, digits: string): bigint {
  if (!/^\d*$/.test(digits))
    throw new CelError(`Invalid character(s) found in ${name.toLowerCase()} number ${goQuote(digits)}`);
  if (digits.length > 1 && digits.startsWith("0"))
    throw new CelError(`${name} number must not contain leading zeroes ${goQuote(digits)}`);
  if (digits === "") throw new CelError(`strconv.ParseUint: parsing "": invalid syntax`);
  const value = BigInt(digits);
  if (BigInt.asUintN(64, value) !== value)
    throw new CelError(`strconv.ParseUint: parsing ${goQuote(digits)}: value out of range`);
  return value;
}

function preReleaseIdentifier(written: string): bigint | string {
  if (written === "") throw new CelError("Prerelease is empty");
  if (/^\d+$/.test(written)) {
    if (written.length > 1 && written.startsWith("0"))
      throw new CelError(`Numeric PreRelease version must not contain leading zeroes ${goQuote(written)}`);
    return BigInt(written);
  }
  if (!/^[\da-zA-Z-]+$/.test(written))
    throw new CelError(`Invalid character(s) found in prerelease ${goQuote(written)}`);
  return written;
}

function checkBuild(written: string): void {
  if (written === "") throw new CelError("Build meta data is empty");
  if (!/^[\da-zA-Z-]+$/.test(written))
    throw new CelError(`Invalid character(s) found in build meta data ${goQuote(written)}`);
}

function compareVersions(one: Version, other: Version): number {
  for (const index of [0, 1, 2] as const) {
    const order = compareParts(one.numbers[index], other.numbers[index]);
    if (order !== 0) return order;
  }
  return comparePreReleases(one.preRelease, other.preRelease);
}

function comparePreReleases(one: Version["preRelease"], other: Version["preRelease"]): number {
  // A version without a pre-release comes after all of its pre-releases.
  if (one.length === 0 || other.length === 0) return Math.sign(other.length - one.length);
  for (const [index, identifier] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 1;
    const order = compareParts(identifier, against);
    if (order !== 0) return order;
  }
  return one.length === other.length ? 0 : -1;
}

/** Numbers come before names. */
function compareParts(one: bigint | string, other: bigint | string): number {
  if (typeof one !== typeof other) return typeof one === "bigint" ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
