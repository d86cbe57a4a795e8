export {
  detailsLifetimeSeconds,
  listIssuedDetails,
  recordIssuedDetails,
  withdrawIssuedDetails,
  type IdentityCheckByStaff,
  type IssuedDetails,
  type IssuedState,
  type IssuedTo,
} from './issued-details.ts';
