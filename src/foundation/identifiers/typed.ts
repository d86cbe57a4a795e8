/** Marks that pasting brings along and nobody sees, such as those that set the direction of writing. */
const unseen = /\p{Cf}/gu;

/** @returns what somebody typed or pasted, without what they can't see in it and without spaces around it */
export function visible(text: string): string {
  return text.replaceAll(unseen, '').trim();
}
