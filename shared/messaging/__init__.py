"""Messages that can't get lost: topology, relay (outbox to broker), consumer (inbox, retry, dead letter), two transports.

RabbitMQ (``rabbit``) in production, the same process (``embedded``) by default; both behind ``ports``, both held to the
same contract tests. No business rule lives here.
"""
