export { loadAssets, type Asset, type Assets } from './assets.ts';
export { type Content, type Translate, type Values } from './content.ts';
export { isLanguage, languages, type Language } from './language.ts';
export { createPages, type PageFrame, type Pages } from './pages.ts';
export { clockTime } from './clock-time.ts';
export { longDate } from './long-date.ts';
