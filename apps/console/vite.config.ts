import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  resolve: { conditions: ['nightpass-source', 'browser', 'module', 'import', 'default'] },
  build: {
    target: 'es2023',
    // The board's policy takes nothing that is written into the page or into a sheet.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Libraries name parts for servers, of which there are none here.
      checks: { moduleLevelDirective: false },
    },
  },
});
