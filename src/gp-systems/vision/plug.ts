import { supplierPlug } from '../supplier-plug.ts';
import { addressSetting, certificateOf, certificateSettings, nameSetting } from '../supplier-settings.ts';
import { openVision } from './client.ts';
import { visionSimulator } from './simulator.ts';
import { visionWords } from './words.ts';

/** Cegedim Vision. */
const plug = supplierPlug({
  id: 'vision',
  words: visionWords,
  differences: {
    hasLinkageKey: true,
    fetchesLinkage: true,
    keepsKeyOnConflict: false,
    needsEmail: false,
    needsIdentityToken: false,
    mailsPatientOnConnecting: false,
    checksAnewToReissue: false,
    letsPatientsReissue: false,
    tellsOnlineServices: true,
  },
  settings: {
    linkageUrl: {
      ...addressSetting({
        variable: 'BEVAN_VISION_LINKAGE_URL',
        sentence:
          'The address of Vision’s interface for linkage keys, up to and without `/organisations`. Not in production yet: requests to the real system have to be signed (WS-Security), which this release does not do.',
      }),
      sandboxOnly: true,
    },
    serviceUrl: addressSetting({
      variable: 'BEVAN_VISION_SERVICE_URL',
      sentence: 'The address to which Vision’s online services (SOAP) take requests.',
    }),
    providerId: nameSetting({
      variable: 'BEVAN_VISION_PROVIDER_ID',
      sentence: 'The provider id that Cegedim has given to this platform.',
      secret: true,
    }),
    ...certificateSettings({ prefix: 'BEVAN_VISION', supplier: 'Cegedim' }),
  },
  openSupplier: ({ linkageUrl, serviceUrl, providerId, ...shown }) => ({
    ...openVision({ linkageUrl, serviceUrl, providerId }),
    certificate: certificateOf(shown),
  }),
  simulator: visionSimulator,
});

export default plug;
