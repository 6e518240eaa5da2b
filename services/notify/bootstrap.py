"""Builds notify from the premises: the only place in it that knows concrete providers."""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path

from services.notify.api.access import ACCESS
from services.notify.api.routes import notify_routes
from services.notify.consumer import handlers
from services.notify.desk import Desk
from services.notify.domain.text import Office
from services.notify.ports import MessageProvider
from services.notify.providers.printed import Printed
from services.notify.sending import Sender
from services.notify.settings import NotifySettings
from services.notify.store import tables
from services.notify.templates import LOCALES, load_catalogue
from shared.contracts.values import Route
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.premises import Premises
from shared.service import Service
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"


def build(premises: Premises) -> Service:
    """Notify, ready to be run."""
    settings = NotifySettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("notify"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    providers = {Route.SMS: _texts(settings), Route.EMAIL: _mails(settings, premises)}
    desk = Desk(
        store=store,
        ring=premises.ring,
        clock=premises.clock,
        catalogues={locale: load_catalogue(locale) for locale in LOCALES},
        office=_office(premises),
        providers=providers,
        chance=random.random,
    )
    consumer = Consumer("notify", store, handlers(desk), premises.ring, premises.clock)
    return Service(
        name="notify",
        routers=[notify_routes(desk, premises.gate(ACCESS))],
        checks={"notify.database": partial(ping, engine)},
        tasks={
            "relay": Relay(store, premises.transport, premises.clock).run,
            "consumer": partial(consumer.run, premises.transport),
            "sender": Sender(desk).run,
        },
        start=[partial(migrate, engine, VERSIONS)],
        stop=[*(provider.close for provider in providers.values()), engine.dispose],
        surroundings={"store": store, "desk": desk},
    )


def _office(premises: Premises) -> Office:
    centre = premises.centre
    return Office(
        signature=centre.sms_signature,
        name=centre.office,
        tracking_page=f"{premises.settings.public_url}/track",
        phone=centre.channels.phone,
    )


def _texts(settings: NotifySettings) -> MessageProvider:
    if not settings.twilio_account_sid:
        return Printed(Route.SMS, sys.stdout)
    from services.notify.providers.twilio_sms import TwilioAccount, TwilioSms  # noqa: PLC0415 - 38 MB only where used

    return TwilioSms(
        TwilioAccount(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            messaging_service_sid=settings.twilio_messaging_service_sid or None,
            sender=settings.twilio_sender or None,
            status_callback=f"{settings.public_url}/notify/webhooks/twilio/status",
            base_url=settings.twilio_base_url,
        )
    )


def _mails(settings: NotifySettings, premises: Premises) -> MessageProvider:
    if not settings.smtp_host:
        return Printed(Route.EMAIL, sys.stdout)
    from services.notify.providers.smtp import Smtp, SmtpServer, Tls  # noqa: PLC0415

    return Smtp(
        SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=Tls(settings.smtp_tls),
            sender=settings.smtp_sender or premises.centre.channels.email,
            sender_name=premises.centre.name,
            return_path_key=premises.ring.index_key,
            username=settings.smtp_username or None,
            password=settings.smtp_password or None,
        )
    )
