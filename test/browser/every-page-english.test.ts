import { examineEveryPage } from './support/every-page.ts';

examineEveryPage('en');
