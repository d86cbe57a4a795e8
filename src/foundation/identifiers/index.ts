export { nations, type Nation } from './nation.ts';
export { readNhsNumber, type NhsNumber } from './nhs-number.ts';
