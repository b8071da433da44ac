export { readChatMessages } from './requests/chat-messages.js';
export type { ServedModel } from './served-model.js';
export type { ServerOptions } from './server-options.js';
export { startServer } from './start-server.js';
export type { ListenOptions, RunningServer } from './start-server.js';
