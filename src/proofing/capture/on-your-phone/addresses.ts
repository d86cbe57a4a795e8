/** Where another device begins to go on with what its owner began elsewhere. Short, because it is typed. */
export const continueAddress = '/continue';
/** Where that device is told that it can't any more. */
export const endedAddress = '/continue/ended';
