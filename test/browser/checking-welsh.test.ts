import { examineEveryCheckingPage } from './support/every-checking-page.ts';

examineEveryCheckingPage('cy');
