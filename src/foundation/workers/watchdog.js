import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread of a worker that ends the whole process when its server is gone, also while a decoder keeps the process's
 * first thread. Plain JavaScript, because it is started with each worker.
 */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, 1000);
parentPort?.postMessage('watching', []);
