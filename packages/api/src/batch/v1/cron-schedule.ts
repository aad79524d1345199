const MACROS = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface FieldBounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const FIELDS: readonly FieldBounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

/** What is wrong with a schedule in cron's form of five fields, a macro or `@every`; undefined when it is sound. */
export function cronScheduleProblem(schedule: string): string | undefined {
  if (schedule === "") return "empty spec string";
  if (schedule.startsWith("@")) return macroProblem(schedule);
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [index, bounds] of FIELDS.entries()) {
    const problem = fieldProblem(fields[index] ?? "", bounds);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function macroProblem(schedule: string): string | undefined {
  if (MACROS.has(schedule)) return undefined;
  if (!schedule.startsWith("@every ")) return `unrecognized descriptor: ${schedule}`;
  const sound = /^@every (?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(schedule);
  return sound ? undefined : `failed to parse duration ${schedule}`;
}

function fieldProblem(field: string, bounds: FieldBounds): string | undefined {
  for (const part of field.split(",")) {
    const problem = rangeProblem(part, bounds);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `*`, `5`, `1-5`, each perhaps with `/step`; `?` is the same as `*`. */
function rangeProblem(part: string, bounds: FieldBounds): string | undefined {
  const [range = "", step, ...rest] = part.split("/");
  if (rest.length > 0) return `too many slashes: ${part}`;
  const [from = "", to, ...more] = range.split("-");
  if (more.length > 0) return `too many hyphens: ${part}`;
  if (step !== undefined && !/^\d+$/.test(step))
    return `failed to parse int from ${step}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`;
  if (step !== undefined && Number(step) === 0) return `step of range should be a positive number: ${part}`;
  if (range === "*" || range === "?") return undefined;
  const low = valueOf(from, bounds);
  const high = to === undefined ? (step === undefined ? low : bounds.max) : valueOf(to, bounds);
  if (low === undefined || high === undefined) {
    const wrong = low === undefined ? from : (to ?? "");
    return `failed to parse int from ${wrong}: strconv.Atoi: parsing ${JSON.stringify(wrong)}: invalid syntax`;
  }
  if (low < bounds.min) return `beginning of range (${low}) below minimum (${bounds.min}): ${part}`;
  if (high > bounds.max) return `end of range (${high}) above maximum (${bounds.max}): ${part}`;
  return low > high ? `beginning of range (${low}) beyond end of range (${high}): ${part}` : undefined;
}

function valueOf(text: string, { min, names }: FieldBounds): number | undefined {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return index + min;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** True if there is such a time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
