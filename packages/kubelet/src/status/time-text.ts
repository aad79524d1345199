/** RFC 3339 in whole seconds, as API objects carry it; undefined for 0, which means not yet. */
export function timeText(ms: number): string | undefined {
  return ms === 0 ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with six decimal places. */
export function microTimeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
