import { supplierPlug } from '../supplier-plug.ts';
import { addressSetting, nameSetting } from '../supplier-settings.ts';
import { openGpConnect } from './client.ts';
import { gpConnectSimulator } from './simulator.ts';
import { gpConnectWords } from './words.ts';

/** GP systems that are reached through GP Connect (Patient Facing), whoever makes them. */
const plug = supplierPlug({
  id: 'gp-connect',
  words: gpConnectWords,
  differences: {
    hasLinkageKey: false,
    fetchesLinkage: false,
    keepsKeyOnConflict: false,
    needsEmail: false,
    needsIdentityToken: false,
    mailsPatientOnConnecting: false,
    checksAnewToReissue: false,
    letsPatientsReissue: false,
    tellsOnlineServices: false,
  },
  settings: {
    url: addressSetting({
      variable: 'BEVAN_GP_CONNECT_URL',
      sentence: 'The base address of GP Connect’s patient-facing user permissions API.',
    }),
    apiKey: nameSetting({
      variable: 'BEVAN_GP_CONNECT_API_KEY',
      sentence: 'The API key of your application at the API platform.',
      secret: true,
    }),
  },
  openSupplier: (access) => openGpConnect(access),
  simulator: gpConnectSimulator,
});

export default plug;
