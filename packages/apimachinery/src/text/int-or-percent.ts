/** Text that is neither a number nor a percentage. */
export class PercentError extends Error {
  override readonly name = "PercentError";
}

/** A number as it is, or a percentage of `total`, rounded up or down. Throws PercentError with upstream's text. */
export function intOrPercent(value: number | string, total: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  const percent = /^([-+]?\d+)%$/.exec(value)?.[1];
  if (percent === undefined) {
    const why = value.endsWith("%")
      ? `strconv.Atoi: parsing ${JSON.stringify(value.slice(0, -1))}: invalid syntax`
      : "";
    throw new PercentError(
      why === ""
        ? "invalid value for IntOrString: invalid type: string is not a percentage"
        : `invalid value for IntOrString: invalid value ${JSON.stringify(value)}: ${why}`,
    );
  }
  const exact = (Number(percent) * total) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}
