import { createDemo } from './server.ts';
import { readDemoSettings } from './settings.ts';

const settings = readDemoSettings(process.env);
const server = createDemo(settings);
server.listen(settings.port, '127.0.0.1');

const stop = (): void => {
  server.close();
  server.closeAllConnections();
  if (process.connected) process.disconnect();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
// The program that started this one is gone.
process.once('disconnect', stop);
