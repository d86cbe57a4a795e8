/** The languages that people read here; every page and message exists in each. */
export const languages = ['en', 'cy'] as const;
export type Language = (typeof languages)[number];

export function isLanguage(text: unknown): text is Language {
  return languages.some((language) => language === text);
}
