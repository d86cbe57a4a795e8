import { writeXml, xmlDocument, type XmlElement } from '../xml.ts';

/** How this platform is known to the supplier. */
export interface TppAccess {
  readonly url: string;
  readonly apiVersion: string;
  readonly applicationName: string;
  readonly providerId: string;
}

/** What a request is for is said by its root and by a header. */
export type TppOperation = 'LinkAccount' | 'Authenticate' | 'PatientOnlineStatus';
export const operationHeader = 'type';

export function replyTo(operation: TppOperation): string {
  return `${operation}Reply`;
}

export function requestText(
  access: TppAccess,
  operation: TppOperation,
  attributes: Readonly<Record<string, string | undefined>>,
): string {
  const application = writeXml('Application', {
    name: access.applicationName,
    version: '1.0',
    providerId: access.providerId,
    deviceType: access.applicationName,
  });
  return xmlDocument(writeXml(operation, { apiVersion: access.apiVersion, ...attributes }, [application]));
}

/** @returns a date of birth as the interface writes it */
export function instantOf(birthdate: string): string {
  return `${birthdate}T00:00:00`;
}

/** The kind of number by which a person is known in the NHS. */
export const nhsNumberType = 'NHS';

export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.get(name);
}
