import { oneLine, setting } from '#foundation/settings';
import { supplierPlug } from '../supplier-plug.ts';
import { addressSetting, certificateOf, certificateSettings, nameSetting } from '../supplier-settings.ts';
import { openTpp } from './client.ts';
import { tppSimulator } from './simulator.ts';
import { tppWords } from './words.ts';

/** TPP SystmOne. */
const plug = supplierPlug({
  id: 'tpp',
  words: tppWords,
  differences: {
    hasLinkageKey: true,
    fetchesLinkage: false,
    keepsKeyOnConflict: false,
    needsEmail: false,
    needsIdentityToken: false,
    mailsPatientOnConnecting: false,
    checksAnewToReissue: false,
    letsPatientsReissue: true,
    tellsOnlineServices: true,
  },
  settings: {
    url: addressSetting({
      variable: 'BEVAN_TPP_URL',
      sentence: 'The address to which TPP’s patient-facing interface takes requests.',
    }),
    providerId: nameSetting({
      variable: 'BEVAN_TPP_PROVIDER_ID',
      sentence: 'The provider id that TPP has given to this platform.',
      secret: true,
    }),
    apiVersion: setting({
      variable: 'BEVAN_TPP_API_VERSION',
      schema: oneLine.max(20).default('1'),
      byDefault: '`1`',
      sentence: 'The version of the interface.',
    }),
    applicationName: setting({
      variable: 'BEVAN_TPP_APPLICATION_NAME',
      schema: oneLine.max(60).default('Bevan'),
      byDefault: '`Bevan`',
      sentence: 'The name by which TPP knows this platform.',
    }),
    ...certificateSettings({ prefix: 'BEVAN_TPP', supplier: 'TPP' }),
  },
  openSupplier: ({ certificate, privateKey, ...access }, { clock }) => ({
    ...openTpp({ access, clock }),
    certificate: certificateOf({ certificate, privateKey }),
  }),
  simulator: tppSimulator,
});

export default plug;
