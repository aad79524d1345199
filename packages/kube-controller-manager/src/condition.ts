/** The parts that conditions of all kinds share. */
export interface AnyCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

/** The condition of this type. */
export function conditionOf<C extends AnyCondition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Without the condition of this type. */
export function withoutCondition<C extends AnyCondition>(conditions: readonly C[], type: string): readonly C[] {
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;
}

/** With what is known now in the place of the condition of its type: only the time of its transition stays, as long as the status does. */
export function renewedCondition<C extends AnyCondition>(conditions: readonly C[], next: C): readonly C[] {
  const current = conditionOf(conditions, next.type);
  if (current === undefined) return [...conditions, next];
  const renewed = dated(next, current);
  return conditions.map((condition) => (condition === current ? renewed : condition));
}

/**
 * With this condition in place of that of its type. One with the same status and reason is left as it is; one with the same status
 * keeps the time of its transition.
 */
export function withCondition<C extends AnyCondition>(conditions: readonly C[], next: C): readonly C[] {
  const current = conditionOf(conditions, next.type);
  if (current !== undefined && current.status === next.status && current.reason === next.reason) return conditions;
  return [...withoutCondition(conditions, next.type), dated(next, current)];
}

function dated<C extends AnyCondition>(next: C, current: C | undefined): C {
  if (current?.status !== next.status || current.lastTransitionTime === undefined) return next;
  return { ...next, lastTransitionTime: current.lastTransitionTime };
}
