import { isLanguage, type Language } from '#foundation/web';

/** @param locales language tags by preference, such as `cy-GB en` @returns the first that pages exist in */
export function preferredLanguage(locales: string | undefined): Language | undefined {
  const tags = (locales ?? '').split(' ').map((tag) => tag.split('-', 1)[0]?.toLowerCase());
  return tags.find((tag) => isLanguage(tag));
}
