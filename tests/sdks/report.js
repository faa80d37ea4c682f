// A shop with a bug that reports it with PostHog's SDK for Node as it is, three times.
'use strict';

const { PostHog } = require('posthog-node');

function total(cart) {
  return cart.lines.reduce((sum, line) => sum + line.price, 0);
}

async function main() {
  const [key, host] = process.argv.slice(2);
  const client = new PostHog(key, { host });
  for (const user of ['ada', 'bob', 'ada']) {
    try {
      total({});
    } catch (error) {
      client.captureException(error, user, { $release: 'shop@1.2.0' });
      client.capture({ distinctId: user, event: 'cart opened' });
    }
  }
  await client.shutdown(20000);
}

main();
