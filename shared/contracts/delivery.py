"""``delivery.*``: what became of an answer on its way to a person. No name, number or text: only ids and codes."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.complaint import Published
from shared.contracts.values import Moment, Route


class DeliveryEvent(Published):
    """One message to one person by one route."""

    delivery_id: UUID
    complaint_id: UUID
    purpose: str
    route: Route
    occurred_at: Moment
    provider: str | None = None


class DeliveryAccepted(DeliveryEvent):
    """The provider took it; where a route has no receipts this is the answer."""

    answers_in_time: bool | None = None


class DeliveryDelivered(DeliveryEvent):
    """It reached the person: the one-working-day rule is met if this was the first answer (art. 14)."""

    answers_in_time: bool | None = None


class DeliveryFailed(DeliveryEvent):
    """It will not arrive by this route."""

    reason: str
    permanent: bool


class DeliveryPersonNeeded(DeliveryEvent):
    """No route is left that needs no person: somebody must call before ``respond_by`` (art. 14)."""

    respond_by: Moment
    reason: str
