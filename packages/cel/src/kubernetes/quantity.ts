import { parseQuantity, type Quantity, QuantityError, quantityFromNumber } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { Library, Overload } from "../declaration.ts";
import { intOf, isInt } from "../integer.ts";
import { global, member, text } from "../standard/overload.ts";
import { boolType, type CelType, doubleType, intType, objectType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { double, isInteger } from "../values/scalars.ts";
import { opaqueKind } from "./opaque.ts";

/**
 * A quantity with what upstream's own form of it shows: a mantissa of 64 bits and a power of ten, as written or as arithmetic left
 * it. Undefined: too big or too fine for that form, which makes it no integer whatever its value is.
 */
interface CelQuantity {
  readonly quantity: Quantity;
  readonly short: { readonly mantissa: bigint; readonly scale: number } | undefined;
}

const quantityType: CelType = objectType("kubernetes.Quantity");
const quantities = opaqueKind<CelQuantity>(quantityType, {
  equals: (one, other) => one.quantity.compare(other.quantity) === 0,
});

/** The value of a quantity's text. Throws CelError with upstream's words where it is none. */
export function quantityValue(written: string): CelValue {
  try {
    return quantities.make({ quantity: parseQuantity(written), short: shortForm(written) });
  } catch (error) {
    if (error instanceof QuantityError) throw new CelError(error.message);
    throw error;
  }
}

/** `quantity("1Gi")` and what can be asked of it. */
export const quantityLibrary: Library = {
  name: "kubernetes.quantity",
  functions: [
    {
      name: "quantity",
      overloads: [
        global("string_to_quantity", {
          params: [stringType],
          result: quantityType,
          run: (written) => quantityValue(text(written)),
        }),
      ],
    },
    {
      name: "isQuantity",
      overloads: [
        global("is_quantity_string", {
          params: [stringType],
          result: boolType,
          run: (written) => isQuantity(text(written)),
        }),
      ],
    },
    {
      name: "sign",
      overloads: [
        global("quantity_sign", {
          params: [quantityType],
          result: intType,
          run: (value) => quantities.data(value).quantity.sign,
        }),
      ],
    },
    { name: "isGreaterThan", overloads: [comparison("quantity_is_greater_than", boolType, (order) => order > 0)] },
    { name: "isLessThan", overloads: [comparison("quantity_is_less_than", boolType, (order) => order < 0)] },
    { name: "compareTo", overloads: [comparison("quantity_compare_to", intType, Math.sign)] },
    {
      name: "asApproximateFloat",
      overloads: [
        member("quantity_get_float", {
          params: [quantityType],
          result: doubleType,
          run: (value) => double(approximateFloat(quantities.data(value))),
        }),
      ],
    },
    {
      name: "asInteger",
      overloads: [member("quantity_get_int", { params: [quantityType], result: intType, run: asInteger })],
    },
    {
      name: "isInteger",
      overloads: [
        member("quantity_is_integer", {
          params: [quantityType],
          result: boolType,
          run: (value) => integerOf(quantities.data(value)) !== undefined,
        }),
      ],
    },
    { name: "add", overloads: arithmetic("add", 1n) },
    { name: "sub", overloads: arithmetic("sub", -1n) },
  ],
};

function comparison(id: string, result: CelType, answer: (order: number) => CelValue): Overload {
  return member(id, {
    params: [quantityType, quantityType],
    result,
    run: (one, other) => answer(quantities.data(one).quantity.compare(quantities.data(other).quantity)),
  });
}

function arithmetic(name: "add" | "sub", sign: bigint): readonly Overload[] {
  const combine = (one: CelQuantity, other: CelQuantity): CelValue =>
    quantities.make({
      quantity: name === "add" ? one.quantity.add(other.quantity) : one.quantity.sub(other.quantity),
      short: shortSum(one.short, other.short, sign),
    });
  return [
    member(`quantity_${name}`, {
      params: [quantityType, quantityType],
      result: quantityType,
      run: (one, other) => combine(quantities.data(one), quantities.data(other)),
    }),
    member(`quantity_${name}_int`, {
      params: [quantityType, intType],
      result: quantityType,
      run: (one, other) => combine(quantities.data(one), ofInteger(other)),
    }),
  ];
}

function ofInteger(value: CelValue): CelQuantity {
  const mantissa = isInteger(value) ? BigInt(value) : 0n;
  const quantity =
    typeof value === "number" ? quantityFromNumber(value, "DecimalExponent") : parseQuantity(String(mantissa));
  return { quantity, short: { mantissa, scale: 0 } };
}

function isQuantity(written: string): boolean {
  try {
    parseQuantity(written);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

const DECIMAL_POWERS: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const BINARY_POWERS: ReadonlyMap<string, number> = new Map(
  ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, index) => [suffix, 10 * (index + 1)]),
);
/** Most digits that upstream takes the short way with. */
const DIGITS_MAX = 18;

/** How upstream keeps a quantity as it was written. */
function shortForm(written: string): CelQuantity["short"] {
  const [, sign = "", zeros = "", fraction = "", suffix = ""] = /^([+-]?)0*(\d*)(?:\.(\d*))?(.*)$/.exec(written) ?? [];
  const whole = zeros === "" ? "0" : zeros;
  const digits = BigInt(sign === "-" ? `-${whole}${fraction}` : whole + fraction);
  const binary = BINARY_POWERS.get(suffix);
  if (binary !== undefined) {
    const precision = 15 - whole.length - Math.trunc((binary * 3) / 10) - 1;
    if (fraction !== "" || precision < 0) return undefined;
    return { mantissa: digits << BigInt(binary), scale: 0 };
  }
  const power = DECIMAL_POWERS.get(suffix) ?? Number(/^[eE]([+-]?\d+)$/.exec(suffix)?.[1] ?? Number.NaN);
  const scale = power - fraction.length;
  if (!(scale >= -9) || whole.length + fraction.length > DIGITS_MAX) return undefined;
  return { mantissa: digits, scale };
}

function shortSum(one: CelQuantity["short"], other: CelQuantity["short"], sign: bigint): CelQuantity["short"] {
  if (one === undefined || other === undefined) return undefined;
  if (other.mantissa === 0n) return one;
  if (one.mantissa === 0n) return { ...other, mantissa: sign * other.mantissa };
  const scale = Math.min(one.scale, other.scale);
  const aligned = (short: { readonly mantissa: bigint; readonly scale: number }) =>
    short.mantissa * 10n ** BigInt(short.scale - scale);
  const [left, right] = [aligned(one), sign * aligned(other)];
  return [left, right, left + right].every(isInt) ? { mantissa: left + right, scale } : undefined;
}

function integerOf({ short }: CelQuantity): bigint | undefined {
  if (short === undefined || short.scale < 0) return undefined;
  const value = short.mantissa * 10n ** BigInt(Math.min(short.scale, 40));
  return isInt(value) ? value : undefined;
}

function asInteger(value: CelValue): CelValue {
  const integer = integerOf(quantities.data(value));
  if (integer === undefined) throw new CelError("cannot convert value to integer");
  return intOf(integer);
}

function approximateFloat({ quantity, short }: CelQuantity): number {
  // Upstream multiplies billionths, and loses a little.
  if (short === undefined) return Number(quantity.units) * 1e-9;
  return short.scale === 0 ? Number(short.mantissa) : Number(short.mantissa) * 10 ** short.scale;
}
