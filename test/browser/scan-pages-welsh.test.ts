import { examineScanPages } from './support/every-scan-page.ts';

examineScanPages('cy');
