/** A number of 32 bits from a text (FNV-1a), the same on every server and at every start. */
function flowHash(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash >>> 0;
}

/**
 * The hand of queues that a flow may land in: `handSize` different ones of `queues`, always the same for a flow. Two flows seldom share
 * all of them, so that one that floods its own leaves some to the other.
 */
export function dealHand(flow: string, queues: number, handSize: number): readonly number[] {
  const hand: number[] = [];
  let state = flowHash(flow);
  for (let i = 0; i < Math.min(handSize, queues); i++) {
    state = flowHash(`${i}`, state);
    // Cards are dealt from those that are left: each card already dealt at or below shifts the next one up.
    let card = state % (queues - i);
    for (const dealt of hand.toSorted((a, b) => a - b)) if (card >= dealt) card += 1;
    hand.push(card);
  }
  return hand;
}
