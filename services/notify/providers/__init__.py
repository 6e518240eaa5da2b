"""The ways a message leaves the house: one module a provider, each a ``MessageProvider``; only ``bootstrap`` knows them.

``printed`` (the embedded default), ``twilio_sms`` with ``twilio_webhook``, ``aliyun_sms`` and ``tencent_sms`` (optional
extras), ``smtp``, and ``failover``, which makes several of one route into one.
"""
