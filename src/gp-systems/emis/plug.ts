import { setting } from '#foundation/settings';
import { z } from 'zod';
import { supplierPlug } from '../supplier-plug.ts';
import { addressSetting, certificateOf, certificateSettings, nameSetting } from '../supplier-settings.ts';
import { openEmis } from './client.ts';
import { emisSimulator } from './simulator.ts';
import { emisWords } from './words.ts';

/** EMIS Web, which guidance also calls Optum (EMIS). */
const plug = supplierPlug({
  id: 'emis',
  words: emisWords,
  differences: {
    hasLinkageKey: true,
    fetchesLinkage: true,
    keepsKeyOnConflict: true,
    needsEmail: true,
    needsIdentityToken: true,
    mailsPatientOnConnecting: true,
    checksAnewToReissue: true,
    letsPatientsReissue: false,
    tellsOnlineServices: true,
  },
  settings: {
    url: addressSetting({
      variable: 'BEVAN_EMIS_URL',
      sentence: 'The address of EMIS’s patient-facing interface, up to and without `/sessions`.',
    }),
    applicationId: nameSetting({
      variable: 'BEVAN_EMIS_APPLICATION_ID',
      sentence: 'The application id that EMIS has given to this platform.',
      secret: true,
    }),
    version: setting({
      variable: 'BEVAN_EMIS_VERSION',
      schema: z
        .string()
        .regex(/^\d+(\.\d+){1,3}$/u, 'must be a version, such as 2.1.0.0')
        .default('2.1.0.0'),
      byDefault: '`2.1.0.0`',
      sentence: 'The version of the interface.',
    }),
    ...certificateSettings({ prefix: 'BEVAN_EMIS', supplier: 'EMIS' }),
  },
  openSupplier: ({ url, applicationId, version, ...shown }) => ({
    ...openEmis({ url, applicationId, version }),
    certificate: certificateOf(shown),
  }),
  simulator: emisSimulator,
});

export default plug;
