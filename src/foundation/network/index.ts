export { bareHost, isLocalName, mayConnectTo } from './public-address.ts';
