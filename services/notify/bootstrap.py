"""Builds notify from the premises: the only place in it that knows concrete providers."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fastapi import APIRouter

from services.notify.api.access import ACCESS
from services.notify.api.call_routes import call_routes
from services.notify.api.routes import notify_routes
from services.notify.api.staff_routes import staff_routes
from services.notify.api.template_routes import template_routes
from services.notify.api.webhook_routes import webhook_routes
from services.notify.consumer import handlers
from services.notify.desk import Desk
from services.notify.domain.template_check import faults_in
from services.notify.domain.text import Catalogue, Office
from services.notify.handlers import gather
from services.notify.metrics import keep_measuring
from services.notify.ports import MessageProvider, NobodyWatches, Webhook
from services.notify.providers.domestic import Registered
from services.notify.providers.failover import Failover, Weighted
from services.notify.providers.printed import Printed
from services.notify.reports import Reporter
from services.notify.rule_watch import RuleWatch
from services.notify.sending import AT_ONCE, Sender
from services.notify.settings import NotifySettings
from services.notify.store import tables
from services.notify.templates import LOCALES, load_catalogue
from services.notify.web.board_pages import board_pages
from services.notify.web.call_pages import call_pages
from services.notify.web.message_pages import message_pages
from services.notify.web.room import Room
from services.notify.web.staff_pages import staff_pages
from services.notify.web.template_pages import template_pages
from shared.contracts.values import Route
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.relay import Relay
from shared.premises import Premises
from shared.service import Service, Task
from shared.store.engine import open_engine, ping
from shared.store.group_commit import GroupCommit
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.web.app import common_pages
from shared.web.dead_letter_routes import dead_letter_routes

PAGES = (call_pages, board_pages, message_pages, template_pages, staff_pages)
WEB = Path(__file__).parent / "web"
VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
WEBHOOKS = "/notify/webhooks/twilio"


class UnfitTemplates(RuntimeError):
    """The templates are at fault: carriers would refuse them, or they say what they may not. The start stops here."""


def build(premises: Premises) -> Service:
    """Notify, ready to be run. Raises UnfitTemplates, ExtraMissing, ValueError where the configuration is at fault."""
    settings = NotifySettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("notify"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    doors = GroupCommit(store, premises.clock)
    desk = _desk(premises, settings, store, doors)
    return Service(
        name="notify",
        routers=_routers(premises, settings, desk),
        checks={"notify.database": partial(ping, engine)},
        tasks={"doors": doors.run, **_tasks(premises, desk)},
        start=[partial(migrate, engine, VERSIONS)],
        stop=[*(provider.close for provider in desk.providers.values()), engine.dispose],
        surroundings={"store": store, "desk": desk},
    )


def _desk(premises: Premises, settings: NotifySettings, store: Store, doors: GroupCommit) -> Desk:
    texts = _texts(settings, premises)
    return Desk(
        store=store,
        write=doors.write,
        ring=premises.ring,
        clock=premises.clock,
        catalogues=_catalogues(),
        office=_office(premises),
        providers={Route.SMS: texts, Route.EMAIL: _mails(settings, premises)},
        chance=random.random,
        webhook=_webhook(settings),
        watch=texts if isinstance(texts, Failover) else NobodyWatches(),
    )


def _routers(premises: Premises, settings: NotifySettings, desk: Desk) -> list[APIRouter]:
    dead = DeadLetters("notify", desk.store, handlers(desk), premises.ring)
    gate = premises.gate(ACCESS)
    pages = common_pages(settings, WEB)
    room = Room(desk, gate, pages, premises.calendars, [unit.name for unit in premises.centre.units])
    return [
        *(made(desk, gate) for made in (notify_routes, call_routes, staff_routes, template_routes)),
        webhook_routes(desk),
        *(made(room) for made in PAGES),
        dead_letter_routes(dead, gate, pages, premises.clock),
    ]


def _tasks(premises: Premises, desk: Desk) -> dict[str, Task]:
    consumer = Consumer("notify", desk.store, handlers(desk), premises.ring, premises.clock, prepare=gather(desk))
    return {
        "relay": Relay(desk.store, premises.transport, premises.clock).run,
        "consumer": partial(consumer.run, premises.transport),
        **{f"sender.{route.value}": Sender(desk, route).run for route in AT_ONCE},
        "reports": Reporter(desk).run,
        "rule_watch": RuleWatch(desk).run,
        "metrics": partial(keep_measuring, desk),
    }


def _catalogues() -> Mapping[str, Catalogue]:
    catalogues = {locale: load_catalogue(locale) for locale in LOCALES}
    faults = [fault for catalogue in catalogues.values() for fault in faults_in(catalogue)]
    if faults:
        raise UnfitTemplates("; ".join(faults))
    return catalogues


def _office(premises: Premises) -> Office:
    centre = premises.centre
    return Office(
        signature=centre.sms_signature,
        name=centre.office,
        tracking_page=f"{premises.settings.public_url}/track",
        phone=centre.channels.phone,
    )


def _texts(settings: NotifySettings, premises: Premises) -> MessageProvider:
    """The configured providers as one, the breaker between them and a bad day; printed where there is none."""
    made: dict[str, Callable[[NotifySettings, Premises], MessageProvider]] = {
        "twilio": _twilio,
        "aliyun": _aliyun,
        "tencent": _tencent,
    }
    chosen = [
        Weighted(made[name](settings, premises), settings.sms_weights.get(name, 1))
        for name in sorted(settings.text_providers)
    ]
    if not chosen:
        return Printed(Route.SMS, sys.stdout)
    return Failover(chosen, abroad_allowed=settings.providers_abroad, clock=premises.clock, draw=random.random)


def _twilio(settings: NotifySettings, _premises: Premises) -> MessageProvider:
    from services.notify.providers.twilio_sms import TwilioAccount, TwilioSms  # noqa: PLC0415 - 38 MB only where used

    return TwilioSms(
        TwilioAccount(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            messaging_service_sid=settings.twilio_messaging_service_sid or None,
            sender=settings.twilio_sender or None,
            status_callback=f"{settings.public_url}{WEBHOOKS}/status",
            base_url=settings.twilio_base_url,
        )
    )


def _webhook(settings: NotifySettings) -> Webhook | None:
    if not settings.twilio_account_sid:
        return None
    from services.notify.providers.twilio_webhook import TwilioWebhook  # noqa: PLC0415 - loads Twilio's library

    tokens = [token for token in (settings.twilio_auth_token, settings.twilio_previous_auth_token) if token]
    return TwilioWebhook(
        tokens,
        settings.twilio_account_sid,
        status_url=f"{settings.public_url}{WEBHOOKS}/status",
        inbound_url=f"{settings.public_url}{WEBHOOKS}/inbound",
    )


def _aliyun(settings: NotifySettings, premises: Premises) -> MessageProvider:
    from services.notify.providers.aliyun_sms import AliyunAccount, AliyunSms, open_gateway  # noqa: PLC0415 - optional

    registered = Registered(settings.aliyun_templates, premises.centre.sms_signature)
    account = AliyunAccount(settings.aliyun_access_key_id, settings.aliyun_access_key_secret, registered)
    return AliyunSms(registered, open_gateway(account), premises.clock)


def _tencent(settings: NotifySettings, premises: Premises) -> MessageProvider:
    from services.notify.providers.tencent_sms import TencentAccount, TencentSms, open_gateway  # noqa: PLC0415 - optional

    registered = Registered(settings.tencent_templates, premises.centre.sms_signature)
    account = TencentAccount(
        settings.tencent_secret_id, settings.tencent_secret_key, settings.tencent_app_id, registered
    )
    return TencentSms(settings.tencent_app_id, registered, open_gateway(account), premises.clock)


def _mails(settings: NotifySettings, premises: Premises) -> MessageProvider:
    if not settings.smtp_host:
        return Printed(Route.EMAIL, sys.stdout)
    from services.notify.providers.smtp import Smtp, SmtpServer, Tls  # noqa: PLC0415 - only where mail is sent

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
