export { isLanguage, languages, type Language } from './language.ts';
