export { ageOn, dayInUk, isCalendarDay, readDate, type DatePart, type ReadDate } from './date.ts';
export { nameKey, readName, sameName, type ReadName } from './name.ts';
export { nations, type Nation } from './nation.ts';
export {
  formatNhsNumber,
  judgeNhsNumber,
  maskNhsNumber,
  readNhsNumber,
  type JudgedNhsNumber,
  type NhsNumber,
} from './nhs-number.ts';
export { namesPractice, readOdsCode, type OdsCode } from './ods-code.ts';
export { nationsOfPostcode, readPostcode, type ReadPostcode } from './postcode.ts';
