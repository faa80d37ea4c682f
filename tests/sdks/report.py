"""A shop with a bug that reports it with the SDKs as they are, three times each."""

import os
import sys

import posthog
import sentry_sdk


def total(cart):
    return sum(line["price"] for line in cart)


def checkout(cart):
    return total(cart)


def main():
    key, host, dsn = sys.argv[1:4]
    failures = []
    client = posthog.Posthog(
        key,
        host=host,
        gzip="gzip" in sys.argv,
        debug=False,
        on_error=lambda error, batch: failures.append(error),
    )
    sentry_sdk.init(dsn=dsn, release="shop@1.2.0", environment="production", traces_sample_rate=1.0)
    for user in ("ada", "bob", "ada"):
        sentry_sdk.set_user({"id": user})
        with sentry_sdk.start_transaction(op="task", name="checkout"):
            try:
                checkout([{"prize": 3}])
            except KeyError as error:
                sentry_sdk.capture_exception(error)
                client.capture_exception(error, distinct_id=user, properties={"$release": "shop@1.2.0"})
                client.capture("cart opened", distinct_id=user)
    client.shutdown()
    sentry_sdk.flush(timeout=20)
    print(len(failures), posthog.VERSION, sentry_sdk.VERSION, os.environ.get("POSTHOG_CAPTURE_MODE", "v0"))
    for error in failures:
        print(error, file=sys.stderr)
    return 1 if failures else 0


sys.exit(main())
