import { fileURLToPath } from 'node:url';
import { providerKinds } from '@nightpass/providers';
import { configJsonSchema, readConfig } from '@nightpass/runtime';
import { expect, test } from 'vitest';

// `vitest run apps/cli/src/config-schema.test.ts --update` writes it anew.
test('the JSON Schema for editors says what the schema of nightpass.yaml says', async () => {
  const text = `${JSON.stringify(configJsonSchema(providerKinds), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../schemas/nightpass.schema.json');
});

test.each(['nightpass', 'simulated.nightpass', 'compose.example', 'compose-demo.example'])(
  'examples/%s.yaml is a config that Nightpass takes',
  async (name) => {
    const path = fileURLToPath(new URL(`../../../examples/${name}.yaml`, import.meta.url));
    const config = await readConfig({ NIGHTPASS_CONFIG: path }, providerKinds);
    expect(Object.keys(config.providers).length).toBeGreaterThan(0);
  },
);
