const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** @returns whether the text can be one of our ids; asking the database about anything else would be a fault */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
