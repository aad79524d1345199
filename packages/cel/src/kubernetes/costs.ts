import { COST_MAX, type CallCost, type CostEstimate, type EstimatedCall, type SizedOperand } from "../cost.ts";
import { exactly, plus, REGEX_FACTOR, scaled, times, TRAVERSAL_FACTOR, traversal } from "../cost-estimate.ts";
import { estimateRegex, regexCost } from "../standard/costs.ts";
import type { CelValue } from "../value.ts";
import { elementsOf } from "../values/list.ts";
import { actualSize, traversalCost } from "../values/size.ts";
import { formatRegexSize } from "./format.ts";
import { replacedSize } from "./replaced-size.ts";

/** What upstream charges for functions by their names, whatever their operands. */
export const KUBERNETES_COSTS: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  // Two checks for each expression, within upstream's limit.
  ["check", fixedCost(350_000)],
  ...named(
    "serviceAccount path group resource subresource namespace name allowed reason error errored format.named sign asInteger " +
      "isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost " +
      "getPort getEscapedPath getQuery masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast " +
      "isLinkLocalUnicast isGlobalUnicast",
    fixedCost(1),
  ),
  ...named("fieldSelector labelSelector", selectorCost()),
  ...named("isSorted sum max min indexOf lastIndexOf", listTraversalCost()),
  ...named("url jsonpatch.escapeKey", argumentTraversalCost({ keepsSize: true })),
  ...named("cidr isIP isCIDR quantity isQuantity semver isSemver", argumentTraversalCost({ keepsSize: false })),
  ...named("lowerAscii upperAscii substring trim", receiverTraversalCost()),
  ["replace", replaceCost()],
  ["split", splitCost()],
  ["join", joinCost()],
  ...named("find findAll", findCost()),
  ["ip", ipCost()],
  ["ip.isCanonical", canonicalCost()],
  ["containsIP", containsIpCost()],
  ["containsCIDR", containsCidrCost()],
  ["validate", validateCost()],
  ["_==_", equalityCost()],
]);

function named(names: string, cost: CallCost): readonly (readonly [string, CallCost])[] {
  return names.split(" ").map((name) => [name, cost] as const);
}

function sizeAt(args: readonly CelValue[], index: number): number {
  return actualSize(args[index] ?? null);
}

function fixedCost(cost: number): CallCost {
  return { actual: () => cost, estimate: () => ({ cost: exactly(cost) }) };
}

/** A list of requirements, each with a list of values; the shortest repeatable one has two characters. */
function selectorCost(): CallCost {
  const estimate = (size: CostEstimate) =>
    plus(exactly(10), scaled(size, TRAVERSAL_FACTOR), scaled(scaled(size, 0.5), 50));
  return {
    actual: (args) => estimate(exactly(sizeAt(args, 1))).max,
    estimate: ({ args: [selector] }) => (selector === undefined ? undefined : { cost: estimate(selector.size) }),
  };
}

/** Once over a list and, if it holds texts, over these. */
function listTraversalCost(): CallCost {
  return {
    actual: ([subject]) => (subject === undefined ? 0 : deepTraversalCost(subject)),
    estimate({ target }) {
      if (target === undefined) return undefined;
      const { element } = target;
      if (element === undefined) return { cost: traversal(target) };
      const isLong = element.type.kind === "string" || element.type.kind === "bytes";
      const each = isLong ? plus(exactly(1), traversal(element)) : exactly(1);
      return { cost: times(target.size, each) };
    },
  };
}

/** Upstream counts bytes of texts here, and cuts the tenths. */
function deepTraversalCost(value: CelValue): number {
  if (typeof value === "string") return Math.floor(new TextEncoder().encode(value).length * TRAVERSAL_FACTOR);
  if (typeof value !== "object" || value === null) return 1;
  switch (value.kind) {
    case "bytes":
      return Math.floor(value.value.length * TRAVERSAL_FACTOR);
    case "list":
      return elementsOf(value).reduce<number>((sum, element) => sum + deepTraversalCost(element), 0);
    case "map": {
      let sum = 0;
      for (const key of value.keys()) sum += deepTraversalCost(key) + deepTraversalCost(value.get(key) ?? null);
      return sum;
    }
    default:
      return 1;
  }
}

function argumentTraversalCost({ keepsSize }: { readonly keepsSize: boolean }): CallCost {
  return {
    actual: (args) => traversalCost(sizeAt(args, 0)),
    estimate({ args: [subject] }) {
      if (subject === undefined) return undefined;
      return keepsSize ? { cost: traversal(subject), resultSize: subject.size } : { cost: traversal(subject) };
    },
  };
}

function receiverTraversalCost(): CallCost {
  return {
    actual: (args) => traversalCost(sizeAt(args, 0)),
    estimate: ({ target }) => (target === undefined ? undefined : { cost: traversal(target), resultSize: target.size }),
  };
}

function twiceOver(size: CostEstimate): CostEstimate {
  return scaled(size, 2 * TRAVERSAL_FACTOR);
}

function twiceOverCost(size: number): number {
  return Math.ceil(size * 2 * TRAVERSAL_FACTOR);
}

function replaceCost(): CallCost {
  return {
    actual: (args) => twiceOverCost(sizeAt(args, 0)),
    estimate({ target, args: [old, by] }) {
      if (target === undefined || old === undefined || by === undefined) return undefined;
      return { cost: twiceOver(target.size), resultSize: replacedSize(target.size, old.size, by.size) };
    },
  };
}

function splitCost(): CallCost {
  return {
    actual: (args) => twiceOverCost(sizeAt(args, 0)),
    estimate({ target, args: [, limit] }) {
      if (target === undefined) return undefined;
      const { literal } = limit ?? {};
      const max = typeof literal === "number" ? (literal < 0 ? COST_MAX : literal) : target.size.max;
      return { cost: twiceOver(target.size), resultSize: { min: 0, max } };
    },
  };
}

function joinCost(): CallCost {
  return {
    actual: (_, result) => twiceOverCost(actualSize(result)),
    estimate({ target, args: [separator] }) {
      if (target === undefined) return undefined;
      let size = target.element === undefined ? exactly(0) : times(target.size, target.element.size);
      if (separator !== undefined) {
        const gaps = { min: Math.max(target.size.min - 1, 0), max: Math.max(target.size.max - 1, 0) };
        size = plus(size, times(separator.size, gaps));
      }
      return { cost: scaled(size, TRAVERSAL_FACTOR), resultSize: size };
    },
  };
}

function findCost(): CallCost {
  return {
    actual: (args) => regexCost(sizeAt(args, 0), sizeAt(args, 1)),
    estimate({ target, args: [pattern] }) {
      if (target === undefined || pattern === undefined) return undefined;
      return { cost: estimateRegex(target, pattern), resultSize: { min: 0, max: target.size.max } };
    },
  };
}

/** Reading a text; of a network its address is at hand. */
function ipCost(): CallCost {
  const reading = argumentTraversalCost({ keepsSize: false });
  const isNetwork = ({ overload }: EstimatedCall) => overload === "cidr_ip";
  return {
    actual: (args, result, overload) => (overload === "cidr_ip" ? 1 : (reading.actual?.(args, result, overload) ?? 1)),
    estimate: (call) => (isNetwork(call) ? { cost: exactly(1) } : reading.estimate?.(call)),
  };
}

function canonicalCost(): CallCost {
  return {
    actual: (args) => twiceOverCost(sizeAt(args, 0)),
    estimate: ({ args: [subject] }) => (subject === undefined ? undefined : { cost: twiceOver(subject.size) }),
  };
}

/** The bytes of an address of either family. */
const ADDRESS_SIZE = { min: 4, max: 16 };

function containsIpCost(): CallCost {
  return {
    actual: (args, _, overload) =>
      traversalCost(2 * sizeAt(args, 0)) +
      (overload === "cidr_contains_ip_string" ? traversalCost(sizeAt(args, 1)) : 0),
    estimate({ overload, args: [other] }) {
      const comparison = scaled(plus(ADDRESS_SIZE, ADDRESS_SIZE), TRAVERSAL_FACTOR);
      const isText = overload === "cidr_contains_ip_string" && other !== undefined;
      return { cost: isText ? plus(comparison, traversal(other)) : comparison };
    },
  };
}

function containsCidrCost(): CallCost {
  return {
    actual(args, _, overload) {
      const size = sizeAt(args, 0);
      const reading = overload === "cidr_contains_cidr_string" ? traversalCost(sizeAt(args, 1)) : 0;
      return traversalCost(2 * size) + traversalCost(size) + 1 + reading;
    },
    estimate({ overload, args: [other] }) {
      const comparison = plus(
        scaled(plus(ADDRESS_SIZE, ADDRESS_SIZE), TRAVERSAL_FACTOR),
        scaled(ADDRESS_SIZE, TRAVERSAL_FACTOR),
        exactly(1),
      );
      const isText = overload === "cidr_contains_cidr_string" && other !== undefined;
      return { cost: isText ? plus(comparison, traversal(other)) : comparison };
    },
  };
}

/** Upstream takes every format for an expression of this length when it estimates. */
const FORMAT_REGEX_SIZE = 128;

function validateCost(): CallCost {
  return {
    actual(args) {
      const regexSize = formatRegexSize(args[0] ?? null);
      return regexSize === undefined ? 1 : regexCost(sizeAt(args, 1), regexSize);
    },
    estimate: ({ args: [subject] }) =>
      subject === undefined ? undefined : { cost: scaled(traversal(subject), FORMAT_REGEX_SIZE * REGEX_FACTOR) },
  };
}

const SIMPLE = new Set(["net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver"]);
const FORMAT_SIZE_MAX = 64;

/** Values of these libraries are compared at once; all else goes by size, as everywhere. The interpreter charges what was spent. */
function equalityCost(): CallCost {
  return {
    estimate({ args: [left, right] }) {
      const name = left?.type.name;
      if (name === undefined || name !== right?.type.name) return undefined;
      if (SIMPLE.has(name) || name.startsWith("kubernetes.authorization.")) return { cost: exactly(1) };
      if (name === "kubernetes.NamedFormat")
        return { cost: scaled({ min: 1, max: FORMAT_SIZE_MAX }, TRAVERSAL_FACTOR) };
      if (name !== "kubernetes.URL") return undefined;
      return { cost: scaled({ min: 1, max: urlSizeMax(right) }, TRAVERSAL_FACTOR) };
    },
  };
}

/** Upstream looks at the right operand twice. */
function urlSizeMax(right: SizedOperand | undefined): number {
  return right?.sized === true ? right.size.max : exactly(1).max;
}
