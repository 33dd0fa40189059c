#!/usr/bin/env node
import { newestBuild } from '@nightpass/runtime/newest-build';

await import(newestBuild('worker', new URL('../dist/main.js', import.meta.url)).href);
