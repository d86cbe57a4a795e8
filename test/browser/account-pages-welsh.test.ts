import { examineAccountPages } from './support/every-page.ts';

examineAccountPages('cy');
