// A page with a bug that reports it with both browser SDKs as they are, to a server of another origin.
import * as Sentry from '@sentry/browser';

const wanted = await (await fetch('/wanted.json')).json();

function total(cart) {
  return cart.lines.reduce((sum, line) => sum + line.price, 0);
}

// The page's own server hears what became of it; nobody else would.
const tell = (what, how) => fetch(`/told/${what}/${encodeURIComponent(String(how))}`);
window.addEventListener('error', (event) => tell('error', event.message));
window.addEventListener('unhandledrejection', (event) => tell('rejection', event.reason));

posthog.init(wanted.key, {
  api_host: wanted.host,
  autocapture: false,
  capture_pageview: false,
  disable_session_recording: true,
  opt_out_useragent_filter: true,
  persistence: 'memory',
  request_batching: false,
});
Sentry.init({ dsn: wanted.dsn, release: 'shop@1.2.0', environment: 'eu' });

posthog.identify('ada');
Sentry.setUser({ id: 'ada' });
// Sentry's SDK sends the same error once, however often it is caught in a row; PostHog's sends each.
for (let times = 0; times < 3; times += 1) {
  try {
    total({});
  } catch (error) {
    posthog.captureException(error, { $release: 'shop@1.2.0' });
    Sentry.captureException(error);
  }
}
await Sentry.flush(10000);

// What is not for SDKs answers no page of another origin, whatever it sends along.
const closed = (path, options) =>
  fetch(wanted.host + path, options).then((answer) => `answered ${answer.status}`, () => 'refused');
await tell('api', await closed('/api/v1/status', { headers: { Authorization: `Bearer ${wanted.token}` } }));
await tell('send', await closed('/api/v1/signals', {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}',
}));
await tell('done', 'yes');
