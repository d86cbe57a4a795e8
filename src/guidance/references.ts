/** Where the help for a reference is. */
interface Place {
  readonly address: string;
  /** The part of that page that speaks of it. */
  readonly section: string;
}

/** Which help belongs to a reference that a page may show, or that was told on the phone. */
export const placeOf: Readonly<Record<string, Place>> = {
  CID0003: { address: '/accessibility', section: 'report' },
  CID0404: { address: '/help/start-again', section: 'not-found' },
  CID1004: { address: '/help/start-again', section: 'start' },
  CID1005: { address: '/help/matching', section: 'not-me' },
  CID1006: { address: '/help/several-logins', section: 'taken' },
  CID1101: { address: '/help/stopped', section: 'waiting' },
  CID1111: { address: '/help/several-logins', section: 'mailbox' },
  CID2011: { address: '/help/stopped', section: 'record' },
  CID2012: { address: '/help/stopped', section: 'disabled' },
  CID2014: { address: '/help/photo-id', section: 'longer' },
  CID2021: { address: '/help/passwords', section: 'expired' },
  CID2022: { address: '/help/passwords', section: 'used' },
  CID2023: { address: '/help/passwords', section: 'broken' },
  CID3001: { address: '/help/lost-phone', section: 'number' },
  CID3002: { address: '/help/lost-phone', section: 'late' },
  CID3003: { address: '/help/lost-phone', section: 'stopped' },
  CID3005: { address: '/help/lost-phone', section: 'nhs-number' },
  CID3009: { address: '/help/lost-phone', section: 'late' },
  CID3010: { address: '/help/lost-phone', section: 'stopped' },
  CID4011: { address: '/help/video-problems', section: 'upload' },
  CID4017: { address: '/help/video-problems', section: 'camera' },
  CID7004: { address: '/help/registration-details-problems', section: 'used' },
  CID7023: { address: '/help/registration-details-problems', section: 'refused' },
  CID7029: { address: '/help/registration-details-problems', section: 'unreachable' },
  CID7031: { address: '/help/registration-details-problems', section: 'stopped' },
};

/** What pages give as a reference: one of a list, or ten random digits under which a fault stands in the log. */
const referencePattern = /^(?:CID\d{4,5}|[\dA-F]{10})$/u;

/** @returns the reference as it is written, or undefined when the text is none */
export function readReference(text: string | undefined): string | undefined {
  const reference = text?.toUpperCase();
  return reference !== undefined && referencePattern.test(reference) ? reference : undefined;
}

/** @returns where the help for a reference is: for one that has none, how to contact us about it */
export function helpAddress(reference: string): string {
  const place = Object.hasOwn(placeOf, reference) ? placeOf[reference] : undefined;
  return place === undefined
    ? `/contact?reference=${reference}`
    : `${place.address}?reference=${reference}#${place.section}`;
}

/** @returns the part of the page at that address which is the help for the reference; undefined where it is elsewhere */
export function sectionFor(reference: string, address: string): string | undefined {
  const place = Object.hasOwn(placeOf, reference) ? placeOf[reference] : undefined;
  return place?.address === address ? place.section : undefined;
}
