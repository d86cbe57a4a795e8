import { followAnswers } from './answers.js';
import { listenToKeys } from './keys.js';
import { makeViewers } from './viewer.js';

makeViewers(document);
followAnswers();
listenToKeys();
