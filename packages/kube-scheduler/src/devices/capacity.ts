import { parseQuantity, type Quantity, quantityOf } from "@skates/apimachinery";
import type { Device, DeviceCapacity } from "@skates/api/resource/v1";

type Policy = NonNullable<DeviceCapacity["requestPolicy"]>;
type Range = NonNullable<Policy["validRange"]>;

/** Amounts of a device's capacities, by name. */
export type Amounts = ReadonlyMap<string, Quantity>;

const NOTHING: Amounts = new Map();

/**
 * What a request takes of each capacity of a device: what it names, raised to the next amount that the device's policy allows; the policy's
 * default, or else all, where it names none. Undefined: it names a capacity that the device has not, or more than the policy allows.
 */
export function consumptionOf(
  { capacity }: Device,
  requested: Readonly<Record<string, string>> | undefined,
): Amounts | undefined {
  if (capacity === undefined)
    return requested === undefined || Object.keys(requested).length === 0 ? NOTHING : undefined;
  if (Object.keys(requested ?? {}).some((name) => !Object.hasOwn(capacity, name))) return undefined;
  const out = new Map<string, Quantity>();
  for (const [name, offered] of Object.entries(capacity)) {
    const text = requested !== undefined && Object.hasOwn(requested, name) ? requested[name] : undefined;
    const amount = text === undefined ? unasked(offered) : raised(parseQuantity(text), offered.requestPolicy);
    if (breaks(amount, offered.requestPolicy) || amount.compare(parseQuantity(offered.value)) > 0) return undefined;
    out.set(name, amount);
  }
  return out;
}

function unasked({ value, requestPolicy }: DeviceCapacity): Quantity {
  return parseQuantity(requestPolicy?.default ?? value);
}

function raised(amount: Quantity, policy: Policy | undefined): Quantity {
  const { validRange, validValues } = policy ?? {};
  if (validRange?.min !== undefined) return raisedInRange(amount, validRange);
  const next = validValues?.map(parseQuantity).find((valid) => amount.compare(valid) <= 0);
  return next ?? amount;
}

/** Steps are counted from the least amount. */
function raisedInRange(amount: Quantity, { min, step }: Range): Quantity {
  const least = parseQuantity(min);
  if (amount.compare(least) < 0) return least;
  if (step === undefined) return amount;
  const rest = beyondStep(amount, { min, step });
  const whole = BigInt(amount.value());
  const next = rest === 0n ? whole : whole + BigInt(parseQuantity(step).value()) - rest;
  return quantityOf(next * NANO, "BinarySI");
}

const NANO = 1_000_000_000n;

function beyondStep(amount: Quantity, { min, step }: { readonly min: string; readonly step: string }): bigint {
  const by = BigInt(parseQuantity(step).value());
  return by === 0n ? 0n : (BigInt(amount.value()) - BigInt(parseQuantity(min).value())) % by;
}

function breaks(amount: Quantity, policy: Policy | undefined): boolean {
  if (policy === undefined) return false;
  const { default: usual, validRange, validValues = [] } = policy;
  if (usual !== undefined && amount.compare(parseQuantity(usual)) === 0) return false;
  if (validRange !== undefined) {
    const { min, max, step } = validRange;
    if (max !== undefined && amount.compare(parseQuantity(max)) > 0) return true;
    return step !== undefined && beyondStep(amount, { min: min ?? "0", step }) !== 0n;
  }
  return validValues.length > 0 && validValues.every((valid) => amount.compare(parseQuantity(valid)) !== 0);
}
