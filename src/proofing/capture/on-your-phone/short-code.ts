import { randomInt } from 'node:crypto';

/** Without what is taken for another when it is read or typed: 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V. */
const letters = '34679ACDEFGHJKMNPQRTWXY';
const length = 8;
/** 23⁸ is 2³⁶: who may guess thirty times in a quarter of an hour finds none of some thousands that are open for ten minutes. */
const pattern = new RegExp(`^[${letters}]{${length}}$`, 'u');

export function newShortCode(): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** @returns the code as it was made, however it was typed; undefined if it can be none */
export function readShortCode(typed: string): string | undefined {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Dash}]/gu, '');
  return pattern.test(plain) ? plain : undefined;
}

/** @returns a code as it is easiest to read: in two groups */
export function showShortCode(code: string): string {
  return `${code.slice(0, length / 2)} ${code.slice(length / 2)}`;
}
