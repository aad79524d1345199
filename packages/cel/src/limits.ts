/** Most that one evaluation of an expression may cost, as upstream has it for rules and policies. */
export const PER_CALL_LIMIT = 1_000_000;
