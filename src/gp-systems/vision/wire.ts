import { findIn, readXml, writeXml, xmlDocument, type XmlElement } from '../xml.ts';

/** How this platform is known to the supplier. */
export interface VisionAccess {
  /** Where keys are asked for. */
  readonly linkageUrl: string;
  /** Where accounts are connected. */
  readonly serviceUrl: string;
  readonly providerId: string;
}

export const services = {
  link: { name: 'VOS.LinkAccount', version: '1.0.0' },
  configuration: { name: 'VOS.GetConfiguration', version: '2.3.0' },
} as const;
export type VisionService = keyof typeof services;

/** @returns where a practice's keys are, below the address for them */
export function linkagePath(odsCode: string): string {
  return `/organisations/${encodeURIComponent(odsCode)}/onlineservices/linkage`;
}

/** @returns where it is said what online services a patient of a practice has, below the same address */
export function registrationPath(odsCode: string): string {
  return `/organisations/${encodeURIComponent(odsCode)}/onlineservices/registration`;
}

const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
const vision = 'urn:vision';

/** @param contents elements that are written already */
export function envelope(
  root: 'visionRequest' | 'visionResponse',
  service: VisionService,
  contents: readonly string[],
): string {
  const { name, version } = services[service];
  const definition = writeXml('vision:serviceDefinition', {}, [
    writeXml('vision:name', {}, name),
    writeXml('vision:version', {}, version),
  ]);
  const body = writeXml(`vision:${root}`, { 'xmlns:vision': vision }, [definition, ...contents]);
  return xmlDocument(writeXml('soap:Envelope', { 'xmlns:soap': soap }, [writeXml('soap:Body', {}, [body])]));
}

/** @returns what an envelope is about; undefined if it is none */
export function openEnvelope(text: string, root: 'visionRequest' | 'visionResponse'): XmlElement | undefined {
  const document = readXml(text);
  return document?.name === 'Envelope' ? findIn(document, 'Body', root) : undefined;
}

export function serviceOf(request: XmlElement | undefined): VisionService | undefined {
  const name = findIn(request, 'serviceDefinition', 'name')?.text;
  if (name === services.link.name) return 'link';
  return name === services.configuration.name ? 'configuration' : undefined;
}
