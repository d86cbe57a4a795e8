export { answerTasks, type Caller, type TaskAnswerer } from './answer-tasks.ts';
export { openWorkers, type TaskEnd, type WorkerOptions, type Workers, type WorkerTask } from './workers.ts';
