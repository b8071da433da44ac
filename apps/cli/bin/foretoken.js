#!/usr/bin/env node
// Not the built file itself: npm links a command only where its file is there when it installs, and in a clone that is before
// anything is built.
await import('../dist/main.js');
